"""The look of all figures, and how they are saved."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
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


@contextlib.contextmanager
def style() -> Iterator[None]:
    """Draw in the style of this package, whatever the user's own is."""
    with mpl.rc_context(_STYLE):
        yield


def save(figure: Figure, path: Path) -> None:
    """Write a figure in the format that the suffix names."""
    with style():
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
