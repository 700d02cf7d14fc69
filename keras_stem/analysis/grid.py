"""An orientation map as plain arrays on a rectangular grid."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import names_apart
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.scan.labels import grid_shape, map_steps

MASKED = -1
"""Phase number of points that are left out."""


@dataclass(frozen=True)
class Grid:
    """Orientations and phases on a rectangular grid, row by row.

    Parameters
    ----------
    shape
        Rows and columns; n is their product.
    steps, unit
        Distances of neighbouring rows, and of neighbouring columns, and their unit.
    rotations
        Shape (n,), lab to crystal.
    phase
        Number of the phase of each point, shape (n,), -1 where it is masked.
    phases
        By number, each with a point group.
    """

    shape: tuple[int, int]
    steps: tuple[float, float]
    unit: str
    rotations: Rotation
    phase: np.ndarray
    phases: dict[int, Phase]

    @property
    def names(self) -> dict[int, str]:
        """A name of its own for each phase, by number."""
        return dict(zip(self.phases, names_apart(list(self.phases.values())), strict=True))

    @property
    def extent(self) -> tuple[float, float]:
        """Height and width, in the map's unit."""
        return self.shape[0] * self.steps[0], self.shape[1] * self.steps[1]

    @property
    def shown(self) -> np.ndarray:
        """Whether each point counts, shape (n,)."""
        return self.phase != MASKED

    def edge_lengths(self, pairs: np.ndarray) -> np.ndarray:
        """Return how long the edge between neighbours is, shape (m,), in the map's unit.

        Parameters
        ----------
        pairs
            Numbers of points, side by side or one above the other, shape (m, 2).
        """
        beside = np.abs(pairs[:, 1] - pairs[:, 0]) == 1
        if self.shape[1] == 1:
            beside[:] = False
        return np.where(beside, self.steps[0], self.steps[1])

    def angles(self, pairs: np.ndarray) -> np.ndarray:
        """Return the disorientation of pairs of points.

        Parameters
        ----------
        pairs
            Numbers of points, shape (m, 2).

        Returns
        -------
        numpy.ndarray
            Shape (m,), radians; NaN between two phases, and to masked points.
        """
        found = np.full(len(pairs), np.nan)
        phases = self.phase[pairs]
        for number, phase in self.phases.items():
            inside = (phases == number).all(axis=1)
            first, second = (Rotation(self.rotations.data[pairs[inside, k]]) for k in (0, 1))
            found[inside] = disorientation(first, second, proper_point_group(phase))
        return found


def grid_of(crystal_map: CrystalMap, visible: np.ndarray | None = None) -> Grid:
    """Return a map as arrays.

    Parameters
    ----------
    crystal_map
        On a rectangular grid, with orientations as this package has them.
    visible
        Shape (n,), bool; other points are masked. None for all. Points without a phase are always masked.

    Raises
    ------
    KerasStemError
        If the grid is not rectangular, has one row or column only, or nothing is left of it; if an
        orientation is not finite, or a phase has no point group.
    """
    shape = _shape(crystal_map)
    rotations = Rotation(crystal_map.rotations.data.reshape(crystal_map.size, -1, 4)[:, 0])
    phase = np.where(crystal_map.phase_id >= 0, crystal_map.phase_id, MASKED)
    if visible is not None:
        phase = np.where(visible, phase, MASKED)
    if not np.any(phase != MASKED):
        raise KerasStemError("All points of the map are masked: none has a phase and a large enough Q.")
    if not np.isfinite(rotations.data[phase != MASKED]).all():
        raise KerasStemError("The map has orientations that are not finite.")
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
