"""Drawing of values, colours and boundaries on the grid of a map."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from keras_stem.analysis.grid import Grid
from keras_stem.figures.ipf import draw_scaled
from keras_stem.figures.ipf_key import draw_ipf_key, ipf_colors
from keras_stem.figures.style import MASKED, plain_text, scalar_colors

MOST_LINES = 20_000
"""Number of lines above which they are rasterised to limit the size of an SVG."""


def draw_values(axes: Axes, grid: Grid, values: np.ndarray, **options) -> mpl.image.AxesImage:
    """Draw scalar values, shape (n,), on a map; NaN and masked points are grey."""
    hidden = ~grid.shown | ~np.isfinite(values)
    image = np.ma.masked_array(values, hidden).reshape(grid.shape)
    return draw_scaled(axes, image, grid.steps, grid.unit, **{"cmap": scalar_colors(), **options})


def draw_colors(axes: Axes, grid: Grid, colors: np.ndarray) -> mpl.image.AxesImage:
    """Draw colours, shape (n, 3), on a map; masked points are grey."""
    image = np.where(grid.shown[:, None], colors, MASKED).reshape(*grid.shape, 3)
    return draw_scaled(axes, image, grid.steps, grid.unit)


def orientation_colors(grid: Grid, direction: str) -> np.ndarray:
    """Return the IPF colours of all points, shape (n, 3), by the key of each phase."""
    colors = np.empty((len(grid.phase), 3))
    colors[:] = MASKED
    for number, phase in grid.phases.items():
        own = grid.phase == number
        colors[own] = ipf_colors(grid.rotations[own], phase, direction)
    return colors


def draw_keys(figure: Figure, grid: Grid, direction: str, left: float, size: float) -> None:
    """Draw the IPF key of each phase below its name, stacked vertically.

    Parameters
    ----------
    figure
        Figure to draw into.
    grid
        The map.
    direction
        Lab direction of the IPF colours.
    left, size
        Left edge and side of a key (inches). Corner labels need a margin of 0.4 inches.
    """
    width, height = figure.get_size_inches()
    share = height / len(grid.phases)
    side = min(size, share - 0.9)
    for k, (number, phase) in enumerate(grid.phases.items()):
        bottom = height - (k + 0.5) * share - side / 2
        place = (left / width, bottom / height, side / width, side / height)
        draw_ipf_key(figure, place, phase)
        middle = (left + side / 2) / width
        figure.text(middle, (bottom + side + 0.25) / height, plain_text(grid.names[number]), ha="center")


def draw_bar(axes: Axes, image: mpl.image.AxesImage, label: str, **options) -> None:
    """Draw the colour bar of an image at the height of its map."""
    axes.figure.colorbar(image, cax=axes.inset_axes((1.03, 0, 0.04, 1)), label=label, **options)


def segment_lines(pairs: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the boundary line between the two points of each pair of neighbours.

    Parameters
    ----------
    pairs
        Indices of horizontally or vertically adjacent points, shape (m, 2).
    shape
        Number of rows and columns.

    Returns
    -------
    numpy.ndarray
        End points (x, y) of each line in units of map points, shape (m, 2, 2).
    """
    rows, columns = np.divmod(pairs, shape[1])
    middle = np.stack([columns.mean(axis=1), rows.mean(axis=1)], axis=1)
    beside = (rows[:, 0] == rows[:, 1])[:, None]
    half = np.where(beside, [0.0, 0.5], [0.5, 0.0])
    return np.stack([middle - half, middle + half], axis=1)


def draw_segments(axes: Axes, grid: Grid, pairs: np.ndarray, **options) -> None:
    """Draw the boundaries between pairs of points, shape (m, 2), into a map."""
    look = {"capstyle": "projecting", "rasterized": len(pairs) > MOST_LINES, **options}
    lines = LineCollection(segment_lines(pairs, grid.shape), **look)
    axes.add_collection(lines, autolim=False)
