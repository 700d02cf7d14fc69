"""Subsets of a scan and their split: Fig. 1 of Wissel et al."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from orix.crystal_map import CrystalMap

from keras_stem.figures.ipf import draw_image
from keras_stem.figures.paper_page import WIDTH
from keras_stem.figures.style import MASKED, StyledFigure, style
from keras_stem.io.map_grid import grid_shape
from keras_stem.scan.splits import Split
from keras_stem.scan.subsets import Thresholds, subset

_COLORS = (MASKED, "#F3E6B3", "#0072B2", "#E69F00", "#009E73")
"""Colours of positions outside DS_Q, in DS_Q only, and in DS_Train, DS_Val and DS_Test. The last three are
from the palette of Okabe and Ito."""

_PARTS = ("DS_Train", "DS_Val", "DS_Test")
_HEIGHT = 3.6


def subsets_figure(labels: CrystalMap, thresholds: Thresholds, parts: Split, how: str) -> Figure:
    """Return a flow chart from all positions to the parts of the split, and a map of the subsets (Fig. 1).

    Parameters
    ----------
    labels
        Labels of the scan.
    thresholds
        Thresholds of DS_Q and DS_R.
    parts
        Split of DS_R.
    how
        Description of the split, such as "random split, seed 0".

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    KerasStemError
        If a subset is empty.
    """
    in_q, in_r = (subset(labels, name, thresholds) for name in ("DS_Q", "DS_R"))
    divided = (parts.train, parts.val, parts.test)
    with style():
        figure = StyledFigure(figsize=(WIDTH, _HEIGHT))
        flow = figure.add_axes((0.0, 0.0, 0.58, 1.0))
        _draw_flow(flow, labels.size, len(in_q), len(in_r), [len(part) for part in divided], thresholds, how)
        _draw_places(figure, labels, in_q, divided)
    return figure


def _draw_flow(
    axes: Axes, everything: int, in_q: int, in_r: int, parts: list[int], thresholds: Thresholds, how: str
) -> None:
    """Draw the boxes and arrows of the flow chart, in coordinates from 0 to 1."""
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_axis_off()
    q, r = f"Q ≥ {thresholds.q:g}", f"R ≥ {thresholds.r:g}"
    boxes = (
        (0.91, f"DS_0: all positions\n{everything:,}"),
        (0.64, f"DS_Q: {q}\n{_share(in_q, everything)}"),
        (0.37, f"DS_R: {q} and {r}\n{_share(in_r, everything)}"),
    )
    for height, text in boxes:
        _box(axes, 0.3, height, text, "white", "black")
    for above, lost, why in (
        (0.91, everything - in_q, f"Q < {thresholds.q:g} or not indexed"),
        (0.64, in_q - in_r, f"R < {thresholds.r:g}"),
    ):
        _arrow(axes, (0.3, above - 0.085), (0.3, above - 0.185))
        axes.text(0.34, above - 0.135, f"{lost:,} left out: {why}", va="center", fontsize=8, color="0.3")
    axes.text(0.62, 0.37, how.replace(", ", "\n"), va="center", fontsize=8, color="0.3")
    for x, name, size, color in zip((0.17, 0.5, 0.83), _PARTS, parts, _COLORS[2:], strict=True):
        ink = "white" if color == _COLORS[2] else "black"
        of_in_r = _share(size, in_r) if sum(parts) == in_r else f"{size:,}"
        _box(axes, x, 0.1, f"{name}\n{of_in_r}", color, ink)
        _arrow(axes, (0.3, 0.285), (x, 0.185))


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})"


def _box(axes: Axes, x: float, y: float, text: str, color, ink: str) -> None:
    shape = {"boxstyle": "round,pad=0.45", "facecolor": color, "edgecolor": "0.3", "linewidth": 0.8}
    axes.text(x, y, text, ha="center", va="center", color=ink, bbox=shape)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "0.3", "linewidth": 0.8})


def _draw_places(figure: Figure, labels: CrystalMap, in_q: np.ndarray, parts: tuple[np.ndarray, ...]) -> None:
    kind = np.zeros(labels.size, int)
    for number, positions in enumerate((in_q, *parts), 1):
        kind[positions] = number
    axes = figure.add_axes((0.61, 0.25, 0.37, 0.72))
    image = kind.reshape(grid_shape(labels))
    draw_image(axes, labels, image, cmap=ListedColormap(_COLORS), vmin=0, vmax=len(_COLORS) - 1)
    names = ("Not in DS_Q", "DS_Q, not in DS_R", *_PARTS)
    patches = [Patch(color=color, label=name) for color, name in zip(_COLORS, names, strict=True)]
    figure.legend(
        handles=patches, loc="center", bbox_to_anchor=(0.795, 0.12), ncols=2, frameon=False, fontsize=8
    )
