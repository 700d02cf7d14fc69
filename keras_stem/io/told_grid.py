"""Whether the points of a text map are on the grid that its header tells."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.io.grid import PointGrid, find_grid

_STEP_TOLERANCE = 0.05
"""Relative; headers and positions have few digits."""

_OFF = 0.5
"""A wrong step puts the last row or column off its place by more than this share of a step."""


@dataclass(frozen=True)
class ToldGrid:
    """What the header of a map tells of its grid.

    Parameters
    ----------
    shape
        Rows and columns; None where it does not tell.
    steps
        Distances of neighbouring rows and columns; None where it does not tell.
    """

    shape: tuple[int, int] | None
    steps: tuple[float | None, float | None] = (None, None)


def require_told_grid(x: np.ndarray, y: np.ndarray, told: ToldGrid, path: Path) -> None:
    """Raise `KerasStemError` unless points are on the grid that the header of their file tells.

    Points may be missing, but not from some point of the file to its end.

    Parameters
    ----------
    x, y
        Positions, shape (n,).
    told
        What the header tells, in the unit of the positions.
    path
        For messages.
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
    """Return whether points are missing at the end of a file that has them row by row, or by columns."""
    rows, columns = np.divmod(grid.places, grid.shape[1])
    count = np.arange(len(grid.places))
    orders = (grid.places, columns * grid.shape[0] + rows)
    return len(count) < grid.size and any(np.array_equal(order, count) for order in orders)


def _differ(told: float, found: float, count: int) -> bool:
    off = abs(told - found)
    return not (off <= _STEP_TOLERANCE * found or off * (count - 1) <= _OFF * found)
