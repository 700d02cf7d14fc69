"""Rectangular grids of map points."""

from dataclasses import dataclass

import numpy as np

from keras_stem.errors import KerasStemError

_OFF = 0.25
"""Tolerance of positions as a fraction of a step, since files round positions to few digits."""

_TINY = 1e-3
"""Fraction of the largest spacing below which differences of positions are rounding errors."""

_HEXAGONAL = 0.1
"""Relative tolerance of the step ratio of a hexagonal grid, the square root of 3."""

_EMPTY = 100
"""Ratio of grid places to points above which the points are considered scattered."""


@dataclass(frozen=True)
class PointGrid:
    """Rectangular grid and the places of n points on it.

    Parameters
    ----------
    shape
        Rows and columns.
    steps
        Distances of neighbouring rows and columns; 0 if there is only one.
    origin
        y of the first row and x of the first column.
    places
        Place index of each point in row-major numbering, shape (n,).
    """

    shape: tuple[int, int]
    steps: tuple[float, float]
    origin: tuple[float, float]
    places: np.ndarray

    @property
    def size(self) -> int:
        """Number of places."""
        return self.shape[0] * self.shape[1]

    @property
    def y(self) -> np.ndarray:
        """Position of each place along y, shape (size,)."""
        return np.repeat(self.origin[0] + np.arange(self.shape[0]) * self.steps[0], self.shape[1])

    @property
    def x(self) -> np.ndarray:
        """Position of each place along x, shape (size,)."""
        return np.tile(self.origin[1] + np.arange(self.shape[1]) * self.steps[1], self.shape[0])


def find_grid(x: np.ndarray, y: np.ndarray, where: object) -> PointGrid:
    """Return the rectangular grid of points, some of which may be missing.

    Parameters
    ----------
    x, y
        Positions, shape (n,), in any order.
    where
        Name of the map in messages.

    Raises
    ------
    KerasStemError
        If the points are scattered or on a hexagonal grid, or several points are at one place.
    """
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise KerasStemError(f"Expected finite positions in {where}, found NaN or infinity.")
    (row, y_step, y_first), (column, x_step, x_first) = (_along(axis, where) for axis in (y, x))
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    if shape[0] * shape[1] > _EMPTY * len(x) + 1000:
        raise _scattered(where)
    places = row * shape[1] + column
    if len(np.unique(places)) < len(places):
        raise KerasStemError(f"Expected one point at each place in {where}, found several at the same.")
    if min(shape) > 1 and len(np.unique((row + column) % 2)) == 1 and _hexagonal(y_step / x_step):
        raise KerasStemError(
            f"Expected points on a rectangular grid in {where}, found a hexagonal grid; "
            "convert the map with the program that wrote it."
        )
    return PointGrid(shape, (y_step, x_step), (y_first, x_first), places)


def _hexagonal(ratio: float) -> bool:
    """Return whether the step ratio is that of a hexagonal grid, in which every other place is empty."""
    return min(abs(ratio / np.sqrt(3) - 1), abs(ratio * np.sqrt(3) - 1)) < _HEXAGONAL


def _along(values: np.ndarray, where: object) -> tuple[np.ndarray, float, float]:
    """Return the row or column index of each point, the step and the first position."""
    known, inverse = np.unique(values, return_inverse=True)
    if len(known) == 1:
        return np.zeros(len(values), int), 0.0, float(known[0])
    apart = np.diff(known)
    real = apart > _TINY * apart.max()
    smallest = apart[real].min()
    step = apart[real & (apart < 1.5 * smallest)].mean()
    index = np.concatenate([[0], np.cumsum(np.where(real, np.rint(apart / step), 0))])
    step, first = np.polyfit(index, known, 1)
    if np.abs(known - first - index * step).max() > _OFF * step:
        raise _scattered(where)
    # Rounded to the digits of positions; a fit can return 2.4999999999999996 for 2.5.
    return index[inverse].astype(int), float(f"{step:.10g}"), float(known[0])


def _scattered(where: object) -> KerasStemError:
    return KerasStemError(
        f"Expected points on a rectangular grid in {where}, found scattered ones; "
        "put them on a grid with the program that wrote them."
    )
