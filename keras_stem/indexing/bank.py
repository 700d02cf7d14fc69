"""Template bank: the expected spots of all symmetrically distinct zone axes of a phase."""

import math
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from orix.sampling import sample_S2

from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.comparison import SpotComparison
from keras_stem.indexing.intensities import expected_spots
from keras_stem.indexing.polar import PolarGrid
from keras_stem.indexing.settings import Matching
from keras_stem.instrument.detector import Detector

_INNER = 1.25
"""Radius of the grid relative to the distance of the nearest edge of the detector."""

_GENERAL_DIRECTION = np.array([0.740, 0.198, 0.643])
"""Direction off all axes and mirror planes of any Laue group, in the middle of a cubic sector."""


@dataclass(frozen=True)
class Bank:
    """Templates of a phase on a polar grid.

    Parameters
    ----------
    matrices
        Orientation matrices (lab to crystal), shape (n, 3, 3), with phi1 = 0.
    starts
        Number of the first spot of each template, and of all spots, shape (n + 1,).
    rings, azimuths
        Nearest circle and azimuth of each spot, shape (m,).
    weights
        Weight of each spot, shape (m,), float32; those of a template have a norm of 1.
    """

    matrices: np.ndarray
    starts: np.ndarray
    rings: np.ndarray
    azimuths: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.matrices)


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


def polar_grid(detector: Detector, settings: Matching) -> PolarGrid:
    """Return a grid with circles half a disk radius apart and azimuths at the angular resolution.

    The azimuths are at most a disk radius apart, too. The grid leaves out the corners of the detector, where
    spots are seen or not depending on the azimuth.
    """
    radius = min(settings.radius, _INNER * detector.inner_radius)
    closest = math.ceil(2 * np.pi * radius / settings.spot_radius)
    return PolarGrid(radius, settings.spot_radius / 2, max(round(360 / settings.resolution), closest))


def build_bank(phase: Phase, comparison: SpotComparison, detector: Detector, settings: Matching) -> Bank:
    """Compute the templates.

    Parameters
    ----------
    phase
        Phase with its full unit cell.
    comparison
        Comparison of patterns with the phase, whose reflections and weights are those of the templates.
    detector
        Detector of the patterns.
    settings
        Complete settings.

    Raises
    ------
    KerasStemError
        If none of the templates has spots within the radius.
    """
    grid = polar_grid(detector, settings)
    weighting = comparison.weighting.parameters(settings.beam)
    matrices = zone_axes(proper_point_group(phase), settings.resolution).to_matrix()
    reach = settings.beam_mask, grid.radii[-1]
    found = [expected_spots(*comparison.reflections, matrix, weighting, *reach) for matrix in matrices]
    seen = np.flatnonzero([len(weights) for _, _, weights in found])
    if not len(seen):
        raise KerasStemError(
            f"{phase.name} has no spots between {settings.beam_mask:.3g} and {settings.radius:.3g} 1/Å."
        )
    x, y, weights = map(np.concatenate, zip(*(found[k] for k in seen), strict=True))
    counts = [len(found[k][2]) for k in seen]
    places = grid.nearest(np.stack([x, y], axis=1))
    return Bank(
        matrices[seen],
        np.concatenate([[0], np.cumsum(counts)]),
        *places,
        weights.astype(np.float32),
    )
