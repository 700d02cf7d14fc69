"""Texture analysis of a map, written to a folder."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.analysis.density_kernel import DensityKernel
from keras_stem.analysis.grid import Grid, grid_of
from keras_stem.analysis.notation import write_direction, write_indices
from keras_stem.analysis.orientation_density import (
    OrientationDensity,
    orientation_density,
    sections,
    texture_strength,
)
from keras_stem.analysis.pole_density import inverse_pole_figure, plane_normal, pole_figure
from keras_stem.analysis.texture import (
    Component,
    component_fraction,
    phase_fractions,
    takes,
    usual_planes,
)
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.figures.style import save_both
from keras_stem.figures.texture import (
    Sample,
    index_text,
    inverse_pole_figures,
    pole_figures,
    section_figure,
)
from keras_stem.files import complete_folder, file_part
from keras_stem.workflow.prepare import PreparedMap

_AXES = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True)
class TextureSettings:
    """Settings of a texture analysis.

    Parameters
    ----------
    directions
        Sample directions of the inverse pole figures.
    planes
        Indices of the planes of the pole figures; () for the planes that are common in the crystal system.
        Planes with four indices are drawn for trigonal and hexagonal phases.
    half_width
        Half width of the kernel (degrees).
    components
        Texture components whose fractions are determined.
    tolerance
        Largest disorientation from a component (degrees).

    Raises
    ------
    KerasStemError
        If the half width or the tolerance is out of range, or two components have the same name.
    """

    directions: tuple[tuple[float, float, float], ...] = _AXES
    planes: tuple[tuple[int, ...], ...] = ()
    half_width: float = 10.0
    components: tuple[Component, ...] = ()
    tolerance: float = 15.0

    def __post_init__(self):
        DensityKernel(self.half_width)
        if not 0 < self.tolerance < 180:
            raise KerasStemError(f"Expected a tolerance between 0 and 180°, found {self.tolerance:g}.")
        if len({component.name for component in self.components}) < len(self.components):
            raise KerasStemError("Expected different names for the components, found one twice.")


def analyse_texture(
    prepared: PreparedMap, folder: str | Path, settings: TextureSettings | None = None
) -> dict[str, Any]:
    """Determine and draw the texture of a map.

    The folder contains ``texture.json`` and, as PNG and SVG, ``ipf_density``, ``pole_figures`` and
    ``odf_sections``; if there are several phases, the name of the phase is appended to these names.

    Parameters
    ----------
    prepared
        Prepared map.
    folder
        Output folder, which is created if necessary. All files appear together when they are complete.
    settings
        Settings of the analysis; `TextureSettings()` by default.

    Returns
    -------
    dict
        Content of ``texture.json``.

    Raises
    ------
    KerasStemError
        If the map is not on a square grid, no point is selected, or a plane or component applies to no phase.
    """
    settings = settings or TextureSettings()
    grid = grid_of(prepared.crystal_map, prepared.visible)
    _require_fits(settings, grid.phases)
    with complete_folder(folder) as staging:
        summary = {
            "origin": prepared.origin,
            "counted": prepared.counted,
            "settings": asdict(settings),
            "points": int(grid.shown.sum()),
            "phases": _phase_textures(grid, settings, staging),
        }
        (staging / "texture.json").write_text(
            json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return summary


def _phase_textures(grid: Grid, settings: TextureSettings, folder: Path) -> dict[str, dict[str, Any]]:
    """Draw the figures of each phase and return its texture parameters by its name."""
    names, fractions, tails = grid.names, phase_fractions(grid), _tails(grid.names)
    textures = {}
    for number, phase in grid.phases.items():
        rotations = Rotation(grid.rotations.data[grid.phase == number])
        sample = Sample(phase, names[number], rotations.size)
        textures[names[number]] = {
            "points": rotations.size,
            "fraction": fractions[number],
            **_phase_texture(rotations, sample, settings, folder, tails[number]),
        }
    return textures


def _phase_texture(
    rotations: Rotation, sample: Sample, settings: TextureSettings, folder: Path, tail: str
) -> dict[str, Any]:
    """Draw the figures of one phase and return its texture parameters."""
    phase = sample.phase
    density = orientation_density(rotations, proper_point_group(phase), settings.half_width)
    strength = texture_strength(density)
    save_both(section_figure(sections(density), sample, strength.maximum), folder, f"odf_sections{tail}")
    angles = np.rad2deg(reduce_euler(strength.orientation, density.symmetry))[0]
    shares = {
        component.name: component_fraction(rotations, phase, component, settings.tolerance)
        for component in settings.components
        if component.fits(phase)
    }
    return {
        "texture_index": strength.index,
        "maximum": {"density": strength.maximum, "euler_angles": angles.round(2).tolist()},
        **_draw_axes(density, sample, settings, folder, tail),
        "components": shares,
    }


def _draw_axes(
    density: OrientationDensity, sample: Sample, settings: TextureSettings, folder: Path, tail: str
) -> dict[str, Any]:
    """Draw pole figures and inverse pole figures; return their maxima (multiples of random density)."""
    phase = sample.phase
    planes = [plane for plane in settings.planes if takes(phase, plane)] or usual_planes(phase)
    poles = {plane: pole_figure(density, plane_normal(plane, phase)) for plane in planes}
    along = {write_direction(one): inverse_pole_figure(density, np.array(one)) for one in settings.directions}
    save_both(inverse_pole_figures(along, sample), folder, f"ipf_density{tail}")
    named = {index_text(plane): found for plane, found in poles.items()}
    save_both(pole_figures(named, sample), folder, f"pole_figures{tail}")
    return {
        "ipf_maxima": {name: found.maximum() for name, found in along.items()},
        "pole_figure_maxima": {write_indices(plane): found.maximum() for plane, found in poles.items()},
    }


def _require_fits(settings: TextureSettings, phases: Mapping[int, Phase]) -> None:
    for plane in settings.planes:
        if not any(takes(phase, plane) for phase in phases.values()):
            raise KerasStemError(
                f"Expected three indices for these phases, found {write_indices(plane)}: "
                "four are for trigonal and hexagonal ones."
            )
    for component in settings.components:
        if not any(component.fits(phase) for phase in phases.values()):
            raise KerasStemError(
                f"Expected three indices for the component {component.name}: four are for trigonal and "
                "hexagonal phases."
            )


def _tails(names: dict[int, str]) -> dict[int, str]:
    """Return the file-name suffix of each phase, which is empty if there is only one phase."""
    parts = {number: file_part(name) for number, name in names.items()}
    if len(parts) == 1:
        return dict.fromkeys(parts, "")
    alike = Counter(parts.values())
    return {number: f"_{part}-{number}" if alike[part] > 1 else f"_{part}" for number, part in parts.items()}
