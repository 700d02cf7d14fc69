"""What the figures of the paper share: the width of a page, rows of panels, inverse pole figures."""

import math

from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from orix.crystal_map import Phase
from orix.plot import InversePoleFigurePlot

from keras_stem.figures import ipf_key
from keras_stem.figures.style import StyledFigure, map_size

WIDTH = 7.0
"""Of a page between its margins, inches (180 mm)."""

COLUMNS = 3
"""Panels beside each other."""

_ROW_GAP = 0.08
"""Above and below panels, inches."""

_CORNER_SIZE = 8
"""Of the crystal directions at the corners of inverse pole figures, points."""


def page(count: int, extent: tuple[float, float], below: float = 0.0) -> tuple[Figure, list[SubplotSpec]]:
    """Return a figure, at most as wide as the page, and the places of its panels, row by row.

    Parameters
    ----------
    count
        Number of panels.
    extent
        Height and width of the maps, which set the height of the panels.
    below
        Height of what stands below each map, inches.

    Returns
    -------
    figure : matplotlib.figure.Figure
    places : list of matplotlib.gridspec.SubplotSpec
        As many as there are panels.
    """
    columns = 2 if count == 4 else COLUMNS  # the fourth is not left alone in a row
    rows = math.ceil(count / columns)
    _, height = map_size(extent, WIDTH / COLUMNS - 0.2)
    size = (WIDTH * columns / COLUMNS, rows * (height + below))
    figure = StyledFigure(figsize=size, layout="constrained")
    figure.get_layout_engine().set(h_pad=_ROW_GAP, hspace=_ROW_GAP)
    grid = GridSpec(rows, columns, figure=figure)
    return figure, [grid[divmod(panel, columns)] for panel in range(count)]


def ipf_axes(figure: Figure, place: SubplotSpec, phase: Phase, title: str) -> InversePoleFigurePlot:
    """Add an inverse pole figure, whose corners are labelled, at a place of a figure.

    Parameters
    ----------
    figure
        To add to.
    place
        In its grid.
    phase
        The sector is that of its Laue group.
    title
        Stands above the labels of the corners.
    """
    inner = place.subgridspec(1, 1)[0]  # so that the labels take room from this panel alone
    axes = ipf_key.ipf_axes(figure, inner, phase, _CORNER_SIZE)
    axes.set_title(title, pad=15)
    return axes


def draw_key(figure: Figure, place: SubplotSpec, phase: Phase, direction: str) -> None:
    """Draw the IPF colour key of a phase at a place of a figure.

    Parameters
    ----------
    figure, place, phase
        As `ipf_axes` takes them.
    direction
        Lab direction: "x", "y" or "z".
    """
    axes = ipf_axes(figure, place, phase, f"Crystal direction along {direction}")
    ipf_key.fill_sector(axes, phase)
