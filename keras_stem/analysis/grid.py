"""Orientation map as plain arrays on a rectangular grid."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import names_apart
from keras_stem.crystal.rotations import first_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import grid_shape, map_steps

MASKED = -1
"""Phase number of masked points."""


@dataclass(frozen=True)
class Grid:
    """Orientations and phases on a rectangular grid, row by row.

    Parameters
    ----------
    shape
        Number of rows and columns; n is their product.
    steps, unit
        Spacing of neighbouring rows and of neighbouring columns, and its unit.
    rotations
        Orientations, shape (n,), lab to crystal.
    phase
        Phase number of each point, shape (n,), -1 for masked points.
    phases
        Phases by number, each with a point group.
    """

    shape: tuple[int, int]
    steps: tuple[float, float]
    unit: str
    rotations: Rotation
    phase: np.ndarray
    phases: dict[int, Phase]

    @property
    def names(self) -> dict[int, str]:
        """Unique name of each phase, by number."""
        return dict(zip(self.phases, names_apart(list(self.phases.values())), strict=True))

    @property
    def extent(self) -> tuple[float, float]:
        """Height and width of the map, in its unit."""
        return self.shape[0] * self.steps[0], self.shape[1] * self.steps[1]

    @property
    def shown(self) -> np.ndarray:
        """Mask of the points that are not masked out, shape (n,)."""
        return self.phase != MASKED

    def edge_lengths(self, pairs: np.ndarray) -> np.ndarray:
        """Return the length of the edge shared by neighbours, shape (m,), in the map's unit.

        Parameters
        ----------
        pairs
            Indices of horizontally or vertically adjacent points, shape (m, 2).
        """
        beside = np.abs(pairs[:, 1] - pairs[:, 0]) == 1
        if self.shape[1] == 1:
            beside[:] = False
        return np.where(beside, self.steps[0], self.steps[1])

    def angles(self, pairs: np.ndarray) -> np.ndarray:
        """Return the disorientation between pairs of points.

        Parameters
        ----------
        pairs
            Indices of the points, shape (m, 2).

        Returns
        -------
        numpy.ndarray
            Shape (m,), in radians; NaN between two phases and for masked points.
        """
        found = np.full(len(pairs), np.nan)
        phases = self.phase[pairs]
        for number, phase in self.phases.items():
            inside = (phases == number).all(axis=1)
            first, second = (Rotation(self.rotations.data[pairs[inside, k]]) for k in (0, 1))
            found[inside] = disorientation(first, second, proper_point_group(phase))
        return found


def grid_of(crystal_map: CrystalMap, visible: np.ndarray | None = None) -> Grid:
    """Convert an orientation map to arrays.

    Parameters
    ----------
    crystal_map
        Map on a rectangular grid, with orientations in the convention of this package.
    visible
        Mask of the points to keep, shape (n,), bool; None keeps all. Points without a phase are always
        masked.

    Raises
    ------
    KerasStemError
        If the grid is not rectangular, has a single row or column, or all points are masked; if an
        orientation is not finite, or a phase has no point group.
    """
    shape = _shape(crystal_map)
    rotations = first_rotations(crystal_map)
    phase = np.where(crystal_map.phase_id >= 0, crystal_map.phase_id, MASKED)
    if visible is not None:
        phase = np.where(visible, phase, MASKED)
    if not np.any(phase != MASKED):
        raise KerasStemError("All points of the map are masked: none has a phase and a large enough Q.")
    if not np.isfinite(rotations.data[phase != MASKED]).all():
        raise KerasStemError("Expected finite orientations, found NaN or infinity in the map.")
    phases = {int(number): crystal_map.phases[int(number)] for number in np.unique(phase[phase != MASKED])}
    for known in phases.values():
        proper_point_group(known)
    return Grid(shape, map_steps(crystal_map), crystal_map.scan_unit, rotations, phase, phases)


def _shape(crystal_map: CrystalMap) -> tuple[int, int]:
    rows, columns = grid_shape(crystal_map)
    if rows < 2 or columns < 2:
        raise KerasStemError(
            f"Expected a map of at least 2 x 2 points, found {rows} x {columns}: a line has no grains."
        )
    if crystal_map.size != rows * columns:
        raise KerasStemError(
            f"Expected {rows} x {columns} points on a rectangular grid, found {crystal_map.size}: "
            "the map is on a hexagonal grid, or not complete."
        )
    return rows, columns
