"""The look of all figures, and how they are saved."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure

MASKED = (0.75, 0.75, 0.75)
"""Grey of points that are left out."""

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
    """Draw from matplotlib's defaults in the style of this package, with nothing of the user's settings.

    Characters that the font does not have are drawn as boxes, without a warning.
    """
    with mpl.rc_context(_DEFAULTS | _STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


class StyledFigure(Figure):
    """A figure that is drawn and saved in the style of this package, whoever draws or saves it.

    matplotlib looks up some settings when a figure is made, and others when it is drawn or saved. What is
    added to the figure is to be added within `style`.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw the figure, as matplotlib asks for it."""
        with style():
            super().draw(renderer)

    def savefig(self, *arguments, **options) -> None:
        """Write the figure to a file, with the arguments of `matplotlib.figure.Figure.savefig`."""
        with style():
            super().savefig(*arguments, **options)


def plain_text(text: str) -> str:
    """Return a name from outside as matplotlib draws it unchanged: ``$`` begins no formula."""
    return text.replace("$", r"\$")


def save(figure: Figure, path: Path) -> None:
    """Write a figure in the format that the suffix names."""
    with style():  # there may be plain figures of matplotlib
        figure.savefig(path)


def save_both(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as PNG and as SVG, whose text stays text."""
    for suffix in ("png", "svg"):
        save(figure, folder / f"{name}.{suffix}")


def map_size(extent: tuple[float, float], width: float, beside: float = 0.0) -> tuple[float, float]:
    """Return the size, inches, of a figure for a map.

    Parameters
    ----------
    extent
        Height and width of the map, in any unit.
    width
        Of the map, inches.
    beside
        For what stands beside the map, inches.
    """
    height = min(max(width * extent[0] / extent[1], 1.6), 2 * width)
    return width + beside, height + 0.5


def scalar_colors() -> mpl.colors.Colormap:
    """Return the colours of scalars: readable without colour vision, masked points grey."""
    return mpl.colormaps["cividis"].with_extremes(bad=MASKED)
