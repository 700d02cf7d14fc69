"""Figures of texture: inverse pole figures, pole figures and ODF sections."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from orix.crystal_map import Phase
from orix.projections import InverseStereographicProjection
from orix.vector import Vector3d

from keras_stem.analysis.orientation_density import Sections
from keras_stem.analysis.pole_density import PoleDensity
from keras_stem.figures.ipf_key import from_sector, name_corners, sector_group
from keras_stem.figures.style import StyledFigure, plain_text, scalar_colors, style

_PIXELS = 151
"""Number of pixels along a side of the image of a density."""

_DENSITY = "Density (mrd)"


@dataclass(frozen=True)
class Sample:
    """Sample to which a texture belongs.

    Parameters
    ----------
    phase
        Phase of the orientations.
    name
        Display name of the phase.
    count
        Number of orientations.
    """

    phase: Phase
    name: str
    count: int

    def __str__(self) -> str:
        return f"{plain_text(self.name)}, {self.count:,} orientations"


def inverse_pole_figures(densities: Mapping[str, PoleDensity], sample: Sample) -> Figure:
    """Return inverse pole figures of sample directions, side by side.

    Parameters
    ----------
    densities
        Densities over crystal directions, by the name of the sample direction.
    sample
        Sample to which the densities belong.

    Returns
    -------
    matplotlib.figure.Figure
    """
    phase, sector = sample.phase, sector_group(sample.phase)
    with style():
        figure, places = _row(len(densities), 2.2, 0.7)
        options = {"projection": "ipf", "symmetry": sector}
        panels = [figure.add_axes(place, **options) for place in places]
        image = _draw_spheres(panels, list(densities.values()), lambda seen: from_sector(seen, phase))
        for axes, name in zip(panels, densities, strict=True):
            name_corners(axes, phase)
            for label in axes.texts:
                label.set_fontsize(mpl.rcParams["font.size"])
            axes.set_title(f"Crystal direction along {name}\n{_maximum(densities[name])}", pad=22)
            if not axes.texts:
                axes.set_labels("$e_1$", "$e_2$", None)
        _caption(figure, f"{sample}; upper hemisphere of the crystal, opposite directions are one")
        _color_bar(figure, image)
    return figure


def pole_figures(densities: Mapping[str, PoleDensity], sample: Sample) -> Figure:
    """Return pole figures side by side in stereographic projection: x to the right, y up.

    Parameters
    ----------
    densities
        Densities over sample directions, by the indices of the plane.
    sample
        Sample to which the densities belong.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure, places = _row(len(densities), 2.2, 0.55)
        panels = [figure.add_axes(place, projection="stereographic") for place in places]
        image = _draw_spheres(panels, list(densities.values()))
        for axes, name in zip(panels, densities, strict=True):
            axes.set_labels("x", "y", None)
            axes.set_title(f"{name}\n{_maximum(densities[name])}", pad=16)
        _caption(figure, f"{sample}; upper hemisphere of the sample, opposite directions are one")
        _color_bar(figure, image)
    return figure


def section_figure(found: Sections, sample: Sample, maximum: float) -> Figure:
    """Return ODF sections, two in a row, with a common colour scale.

    Parameters
    ----------
    found
        ODF sections.
    sample
        Sample to which the sections belong.
    maximum
        Maximum of the orientation density (mrd), which may lie between two sections.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = -(-len(found.phi2) // 2)
    with style():
        figure, panels = _section_panels(rows, found.tilt[-1] / found.phi1[-1])
        scale = {"vmin": 0, "vmax": found.values.max(), "cmap": scalar_colors()}
        for axes, phi2, values in zip(panels, found.phi2, found.values, strict=False):
            # Phi increases downward, as is conventional: the first row of values is Phi = 0.
            image = axes.pcolormesh(
                found.phi1, found.tilt, values, shading="gouraud", rasterized=True, **scale
            )
            axes.set_title(f"$\\varphi_2$ = {phi2:g}°", fontsize=9)
        for axes in panels[len(found.phi2) :]:
            axes.set_axis_off()
        _label_sections(panels[: len(found.phi2)], found)
        _caption(figure, f"{sample}; maximum {maximum:.1f} mrd")
        _color_bar(figure, image)
    return figure


def _section_panels(rows: int, ratio: float) -> tuple[Figure, np.ndarray]:
    """Return a figure for rows of two sections, of a given ratio of height to width, and a colour bar."""
    wide, gap = 2.7, 0.45
    across, high = 2 * wide + 2.0, rows * (wide * ratio + gap) + 0.5
    # The layout is set explicitly in inches because the automatic layout of matplotlib takes seconds.
    places = {
        "left": 0.6 / across,
        "right": 1 - 1.05 / across,
        "bottom": 0.5 / high,
        "top": 1 - gap / high,
        "wspace": 0.35 / wide,
        "hspace": gap / (wide * ratio),
    }
    figure = StyledFigure(figsize=(across, high))
    panels = figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False, gridspec_kw=places)
    return figure, panels.ravel()


def _label_sections(panels: Sequence[Axes], found: Sections) -> None:
    panels[0].set(ylim=(found.tilt[-1], 0), xlim=(0, found.phi1[-1]), aspect="equal")
    panels[0].set_xticks(np.arange(0, found.phi1[-1] + 1, 90))
    panels[0].set_yticks(np.arange(0, found.tilt[-1] + 1, 45 if found.tilt[-1] <= 90 else 90))
    for number, axes in enumerate(panels):
        axes.set_aspect("equal")
        if number % 2 == 0:
            axes.set_ylabel("$\\Phi$ (°)")
        if number + 2 >= len(panels):
            axes.set_xlabel("$\\varphi_1$ (°)")
            axes.tick_params(labelbottom=True)


def index_text(plane: Sequence[int]) -> str:
    """Return the Miller indices of a family of planes for a figure, with bars over negative ones."""
    parts = (str(index) if index >= 0 else rf"\bar{{{-index}}}" for index in plane)
    between = "" if max(map(abs, plane)) < 10 else r"\,"
    return rf"$\{{{between.join(parts)}\}}$"


def _row(count: int, width: float, above: float) -> tuple[Figure, list[tuple[float, float, float, float]]]:
    """Return a figure for spheres side by side and a colour bar, and the positions of the spheres."""
    across, high = count * (width + 0.55) + 0.8, width + above + 0.6
    figure = StyledFigure(figsize=(across, high))
    lefts = [(0.2 + number * (width + 0.55)) / across for number in range(count)]
    return figure, [(left, 0.3 / high, width / across, width / high) for left in lefts]


def _draw_spheres(
    panels: Sequence[Axes],
    densities: Sequence[PoleDensity],
    directions_of: Callable[[Vector3d], Vector3d] = lambda seen: seen,
) -> mpl.image.AxesImage:
    """Draw densities with a common colour scale; return the matplotlib image of the last one."""
    values = [_seen(axes, density, directions_of) for axes, density in zip(panels, densities, strict=True)]
    largest = max(float(image.max()) for image in values)
    for axes, image in zip(panels, values, strict=True):
        axes.stereographic_grid(False)
        extent = (*axes.get_xlim(), *axes.get_ylim())
        options = {"vmin": 0, "vmax": largest, "cmap": scalar_colors(), "interpolation": "bilinear"}
        drawn = axes.imshow(image, extent=extent, origin="lower", zorder=0, **options)
        outline = _outline(axes)
        drawn.set_clip_path(outline)
        for patch in axes.patches:
            patch.set_visible(patch is outline)
    return drawn


def _outline(axes: Axes) -> mpl.patches.Patch:
    """Return the outline drawn by orix: that of the sector if there is one, else that of the sphere."""
    return max(axes.patches, key=lambda patch: "sector" in str(patch.get_label()))


def _seen(axes: Axes, density: PoleDensity, directions_of: Callable[[Vector3d], Vector3d]) -> np.ndarray:
    """Return the density at the pixels of stereographic axes, mapped to directions."""
    across, up = (np.linspace(*limits, _PIXELS) for limits in (axes.get_xlim(), axes.get_ylim()))
    x, y = np.meshgrid(across, up)
    seen = InverseStereographicProjection().xy2vector(x.ravel(), y.ravel())
    return density.at(directions_of(seen).data).reshape(x.shape)


def _maximum(density: PoleDensity) -> str:
    return f"maximum {density.maximum():.1f} mrd"


def _caption(figure: Figure, text: str) -> None:
    """Write a caption above all panels."""
    figure.text(0.2 / figure.get_size_inches()[0], 1, text, va="bottom", fontsize=10)


def _color_bar(figure: Figure, image: mpl.image.AxesImage) -> None:
    across = figure.get_size_inches()[0]
    place = figure.add_axes((1 - 0.75 / across, 0.16, 0.13 / across, 0.55))
    figure.colorbar(image, cax=place, label=_DENSITY)
