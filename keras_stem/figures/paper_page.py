"""Layout shared by the figures of the paper: page width, rows of panels, inverse pole figures."""

import math

from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from orix.crystal_map import Phase
from orix.plot import InversePoleFigurePlot

from keras_stem.figures import ipf_key
from keras_stem.figures.style import StyledFigure, map_size

WIDTH = 7.0
"""Text width of a page, in inches (180 mm)."""

COLUMNS = 3
"""Number of panels in a row."""

_ROW_GAP = 0.08
"""Gap above and below panels (inches)."""

_CORNER_SIZE = 8
"""Font size of the crystal directions at the corners of inverse pole figures (points)."""


def page(count: int, extent: tuple[float, float], below: float = 0.0) -> tuple[Figure, list[SubplotSpec]]:
    """Return a figure, at most as wide as the page, and the grid positions of its panels, row by row.

    Parameters
    ----------
    count
        Number of panels.
    extent
        Height and width of the maps, which determine the height of the panels.
    below
        Additional height below each map (inches).

    Returns
    -------
    figure : matplotlib.figure.Figure
    places : list of matplotlib.gridspec.SubplotSpec
        Grid position of each panel.
    """
    columns = 2 if count == 4 else COLUMNS  # avoids a single panel in the last row
    rows = math.ceil(count / columns)
    _, height = map_size(extent, WIDTH / COLUMNS - 0.2)
    size = (WIDTH * columns / COLUMNS, rows * (height + below))
    figure = StyledFigure(figsize=size, layout="constrained")
    figure.get_layout_engine().set(h_pad=_ROW_GAP, hspace=_ROW_GAP)
    grid = GridSpec(rows, columns, figure=figure)
    return figure, [grid[divmod(panel, columns)] for panel in range(count)]


def ipf_axes(figure: Figure, place: SubplotSpec, phase: Phase, title: str) -> InversePoleFigurePlot:
    """Add an inverse pole figure with labelled corners to a figure.

    Parameters
    ----------
    figure
        Figure to add to.
    place
        Grid position in the figure.
    phase
        Phase whose Laue group defines the sector.
    title
        Title above the corner labels.
    """
    inner = place.subgridspec(1, 1)[0]  # the labels take space from this panel only
    axes = ipf_key.ipf_axes(figure, inner, phase, _CORNER_SIZE)
    axes.set_title(title, pad=20)
    return axes


def draw_key(figure: Figure, place: SubplotSpec, phase: Phase, direction: str) -> None:
    """Draw the IPF colour key of a phase into a figure.

    Parameters
    ----------
    figure, place, phase
        Arguments of `ipf_axes`.
    direction
        Lab direction: "x", "y" or "z".
    """
    axes = ipf_axes(figure, place, phase, f"Crystal direction along {direction}")
    ipf_key.fill_sector(axes, phase)
