"""Grain and phase boundaries of an orientation map, and special boundaries among them."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation

from keras_stem.analysis.grid import MASKED, Grid
from keras_stem.crystal.disorientation import smallest_misorientation
from keras_stem.crystal.grains import neighbour_pairs
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class Boundaries:
    """Boundary segments between neighbouring points of different orientation or phase.

    Parameters
    ----------
    pairs
        Indices of the two points of each segment, shape (m, 2).
    phase
        Phase number on both sides of each segment, shape (m,), -1 between two phases.
    angles
        Disorientation across each segment, shape (m,), in degrees; NaN between two phases.
    axes
        Disorientation axes, shape (m, 3), unit vectors in crystal coordinates; 0 between two phases.
    threshold
        Smallest disorientation that counts as a boundary within a phase (degrees).
    lengths, unit
        Length of each segment, shape (m,), and its unit. The length is the step along the edge between the
        two points.
    """

    pairs: np.ndarray
    phase: np.ndarray
    angles: np.ndarray
    axes: np.ndarray
    threshold: float
    lengths: np.ndarray
    unit: str

    @property
    def length(self) -> float:
        """Total length of all segments, in the map's unit."""
        return float(self.lengths.sum())

    def share(self, chosen: np.ndarray) -> float:
        """Return the length fraction of the chosen segments, shape (m,), bool; NaN without any boundary."""
        return float(self.lengths[chosen].sum() / self.length) if self.length else float("nan")

    @property
    def between_phases(self) -> np.ndarray:
        """Whether each segment lies between two phases, shape (m,)."""
        return self.phase == MASKED


def find_boundaries(grid: Grid, threshold: float = 5.0) -> Boundaries:
    """Return the boundary segments between horizontally or vertically adjacent points.

    Parameters
    ----------
    grid
        The map.
    threshold
        Smallest disorientation of a boundary (degrees). Segments between two phases always count, segments
        to masked points never.

    Returns
    -------
    Boundaries
    """
    if not 0 < threshold < 180:
        raise KerasStemError(f"Expected a threshold between 0 and 180°, found {threshold:g}.")
    pairs = neighbour_pairs(grid.shape)
    pairs = pairs[grid.shown[pairs].all(axis=1)]
    angles = grid.angles(pairs)
    pairs = pairs[~(angles <= np.deg2rad(threshold))]
    phases = grid.phase[pairs]
    phase = np.where(phases[:, 0] == phases[:, 1], phases[:, 0], MASKED)
    angles, axes = np.full(len(pairs), np.nan), np.zeros((len(pairs), 3))
    for number, known in grid.phases.items():
        inside = phase == number
        sides = (Rotation(grid.rotations.data[pairs[inside, k]]) for k in (0, 1))
        found, axes[inside] = smallest_misorientation(*sides, proper_point_group(known))
        angles[inside] = np.rad2deg(found)
    return Boundaries(pairs, phase, angles, axes, threshold, grid.edge_lengths(pairs), grid.unit)
