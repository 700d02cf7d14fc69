"""Style of all figures, and functions to save them."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure

MASKED = (0.75, 0.75, 0.75)
"""Grey of masked points (RGB)."""

_STYLE = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 150,
    "savefig.dpi": 200,
    "savefig.bbox": "tight",
    "image.cmap": "cividis",
    "image.interpolation": "nearest",
    "svg.fonttype": "none",
}

_DEFAULTS = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"}


@contextlib.contextmanager
def style() -> Iterator[None]:
    """Apply the style of this package on top of the matplotlib defaults, ignoring user settings.

    Characters missing from the font are drawn as boxes, without a warning.
    """
    with mpl.rc_context(_DEFAULTS | _STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


class StyledFigure(Figure):
    """Figure that is always drawn and saved in the style of this package.

    Matplotlib reads some settings when a figure is created, and others when it is drawn or saved. Artists
    must therefore be added to the figure within `style`.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw the figure with a matplotlib renderer."""
        with style():
            super().draw(renderer)

    def savefig(self, *arguments, **options) -> None:
        """Write the figure to a file, with the arguments of `matplotlib.figure.Figure.savefig`."""
        with style():
            super().savefig(*arguments, **options)


def plain_text(text: str) -> str:
    """Escape external text for matplotlib, so that ``$`` does not start a formula."""
    return text.replace("$", r"\$")


def save(figure: Figure, path: Path) -> None:
    """Write a figure in the format given by the suffix."""
    with style():  # for plain matplotlib figures
        figure.savefig(path)


def save_both(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as PNG, and as SVG with editable text."""
    for suffix in ("png", "svg"):
        save(figure, folder / f"{name}.{suffix}")


def map_size(extent: tuple[float, float], width: float, beside: float = 0.0) -> tuple[float, float]:
    """Return the size of a figure for a map (inches).

    Parameters
    ----------
    extent
        Height and width of the map, in any unit.
    width
        Width of the map (inches).
    beside
        Additional width beside the map (inches).
    """
    height = min(max(width * extent[0] / extent[1], 1.6), 2 * width)
    return width + beside, height + 0.5


def scalar_colors() -> mpl.colors.Colormap:
    """Return the colour map of scalars, which suits colour-blind readers and shows masked points in grey."""
    return mpl.colormaps["cividis"].with_extremes(bad=MASKED)
