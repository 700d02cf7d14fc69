"""Consistency check of the points of a text map with the grid in its header."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.io.grid import PointGrid, find_grid

_STEP_TOLERANCE = 0.05
"""Relative tolerance of steps, since headers and positions have few digits."""

_OFF = 0.5
"""Displacement of the last row or column, as a fraction of a step, above which a step is wrong."""


@dataclass(frozen=True)
class ToldGrid:
    """Grid described by the header of a map.

    Parameters
    ----------
    shape
        Rows and columns; None if unknown.
    steps
        Distances of neighbouring rows and columns; None if unknown.
    """

    shape: tuple[int, int] | None
    steps: tuple[float | None, float | None] = (None, None)


def require_told_grid(x: np.ndarray, y: np.ndarray, told: ToldGrid, path: Path) -> None:
    """Raise `KerasStemError` unless points are on the grid described by the header of their file.

    Points may be missing, but not at the end of the file, which would indicate truncation.

    Parameters
    ----------
    x, y
        Positions, shape (n,).
    told
        Grid of the header, in the unit of the positions.
    path
        Path of the file, for messages.
    """
    grid = find_grid(x, y, path)
    if told.shape is not None and grid.shape != told.shape:
        raise KerasStemError(
            f"Expected {_text(told.shape)} points in {path}, as its header says, found {_text(grid.shape)} "
            f"({len(x)} points); {_reason(grid.shape, told.shape)}."
        )
    if told.shape is not None and _is_cut_off(grid):
        raise KerasStemError(
            f"Expected {grid.size} points ({_text(told.shape)}) in {path}, found {len(x)}; "
            "the file was cut off."
        )
    for axis, expected, found, count in zip("yx", told.steps, grid.steps, grid.shape, strict=True):
        if expected is not None and found and _differ(expected, found, count):
            raise KerasStemError(
                f"Expected a step of {expected:g} along {axis} in {path}, as its header says, "
                f"found {found:g} between its points; correct the one that is wrong."
            )


def _text(shape: tuple[int, int]) -> str:
    return f"{shape[0]} x {shape[1]}"


def _reason(found: tuple[int, int], told: tuple[int, int]) -> str:
    if found == told[::-1]:
        return "the header has rows and columns exchanged"
    return "the file was cut off, or its header is that of another map"


def _is_cut_off(grid: PointGrid) -> bool:
    """Return whether points are missing at the end of a file in row-major or column-major order."""
    rows, columns = np.divmod(grid.places, grid.shape[1])
    count = np.arange(len(grid.places))
    orders = (grid.places, columns * grid.shape[0] + rows)
    return len(count) < grid.size and any(np.array_equal(order, count) for order in orders)


def _differ(told: float, found: float, count: int) -> bool:
    off = abs(told - found)
    return not (off <= _STEP_TOLERANCE * found or off * (count - 1) <= _OFF * found)
