"""Template bank: simulated patterns of all symmetrically distinct zone axes."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from orix.sampling import sample_S2

from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.polar import PolarGrid
from keras_stem.indexing.settings import Matching
from keras_stem.instrument.detector import Detector
from keras_stem.simulate.patterns import Microscope, PatternSimulator, Spots

_GENERAL_DIRECTION = np.array([0.740, 0.198, 0.643])
"""Direction off all axes and mirror planes of any Laue group, in the middle of a cubic sector."""


@dataclass(frozen=True)
class Bank:
    """Templates of one or more phases.

    Parameters
    ----------
    phases
        Phases of the templates.
    phase_id
        Shape (n,), phase index of each template.
    rotations
        Shape (n,), lab to crystal, with phi1 = 0.
    spots
        Spots of each template, at least one.
    """

    phases: tuple[Phase, ...]
    phase_id: np.ndarray
    rotations: Rotation
    spots: tuple[Spots, ...]

    def __len__(self) -> int:
        return len(self.spots)

    def on_grid(self, grid: PolarGrid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return circle, azimuth and intensity of all spots, shapes (n, spots), padded with zeros."""
        most = max(len(spots.intensity) for spots in self.spots)
        rings, azimuths = np.zeros((2, len(self), most), int)
        intensities = np.zeros((len(self), most))
        for number, spots in enumerate(self.spots):
            ring, azimuth = grid.nearest(spots.xy)
            inside = ring < len(grid.radii)
            count = inside.sum()
            rings[number, :count] = ring[inside]
            azimuths[number, :count] = azimuth[inside]
            intensities[number, :count] = spots.intensity[inside]
        return rings, azimuths, intensities


def zone_axes(symmetry: Symmetry, resolution: float) -> Rotation:
    """Return an orientation for each beam direction with a distinct pattern.

    Directions related by the proper point group give the same pattern up to an in-plane rotation, and
    opposite directions give its mirror image. The remaining directions are those nearer to one general
    direction than to any of its equivalents, with a margin of half the resolution.

    Parameters
    ----------
    symmetry
        Proper point group.
    resolution
        Angular distance of neighbouring directions (degrees).

    Returns
    -------
    Rotation
        Shape (n,), lab to crystal, with phi1 = 0.
    """
    centre = _GENERAL_DIRECTION / np.linalg.norm(_GENERAL_DIRECTION)
    equivalents = symmetry.to_matrix().reshape(-1, 3, 3) @ centre
    away = centre - np.concatenate([equivalents, -equivalents])
    away = away[np.linalg.norm(away, axis=1) > 1e-6]
    normals = away / np.linalg.norm(away, axis=1, keepdims=True)
    directions = sample_S2(resolution)
    inside = np.all(directions.data @ normals.T > -np.sin(np.deg2rad(resolution / 2)), axis=1)
    kept = directions[inside]
    euler = np.stack([np.zeros(kept.size), kept.polar, np.pi / 2 - kept.azimuth], axis=1)
    return Rotation.from_euler(euler)


def build_bank(phases: list[Phase], detector: Detector, settings: Matching) -> Bank:
    """Simulate the templates.

    Parameters
    ----------
    phases
        Phases with full unit cells.
    detector
        Detector of the patterns.
    settings
        Complete settings.

    Returns
    -------
    Bank

    Raises
    ------
    KerasStemError
        If a phase cannot be simulated, or none of its templates has spots within the radius.
    """
    microscope = Microscope(
        beam=settings.beam,
        excitation_error=settings.excitation_error,
    )
    numbers, quaternions, spots = [], [], []
    for number, phase in enumerate(phases):
        rotations = zone_axes(proper_point_group(phase), settings.resolution)
        found = PatternSimulator(phase, microscope, detector).spots(rotations)
        templates = [_template(pattern, settings) for pattern in found]
        seen = np.flatnonzero([len(template.intensity) for template in templates])
        if not len(seen):
            raise KerasStemError(
                f"{phase.name} has no spots between {settings.beam_mask:.3g} and {settings.radius:.3g} 1/Å."
            )
        numbers.append(np.full(len(seen), number))
        quaternions.append(rotations.data[seen])
        spots += [templates[index] for index in seen]
    return Bank(tuple(phases), np.concatenate(numbers), Rotation(np.concatenate(quaternions)), tuple(spots))


def _template(spots: Spots, settings: Matching) -> Spots:
    distance = np.hypot(*spots.xy.T)
    kept = (distance >= settings.beam_mask) & (distance <= settings.radius)
    return Spots(spots.xy[kept], spots.intensity[kept] ** settings.gamma)
