"""Figures of boundaries: maps, and misorientation distributions compared with random pairs."""

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from keras_stem.analysis.boundaries import Boundaries
from keras_stem.analysis.boundary_classes import BoundaryClass
from keras_stem.analysis.grid import Grid
from keras_stem.analysis.random_boundaries import random_angles
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.grid_maps import draw_colors, draw_segments, orientation_colors
from keras_stem.figures.style import StyledFigure, map_size, plain_text, style

_COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
"""Palette of Okabe and Ito, which is suitable for colour-blind readers."""

_LINES = {"low_angle": ("0.4", 0.9), "high_angle": ("black", 0.9), "between_phases": ("#7f3f98", 0.9)}
"""Line colour and width by kind of class; special boundaries cycle through the palette above."""

_PALE = 0.55
"""Fraction by which the orientation colours are blended with white to make lines stand out."""


def boundary_figure(
    grid: Grid, boundaries: Boundaries, classes: Sequence[BoundaryClass], direction: str = "z"
) -> Figure:
    """Return a map of the boundaries by class, with the length fraction of each class; they sum to 100 %.

    Parameters
    ----------
    grid
        The map.
    boundaries
        Boundaries of the map.
    classes
        Classes of the boundary segments.
    direction
        Lab direction of the pale IPF colours in the background.
    """
    with style():
        width, height = map_size(grid.extent, 5.0, 1.9)
        figure = StyledFigure(figsize=(width, height))
        axes = figure.add_axes((0.02, 0.02, 5.0 / width, 0.9))
        draw_colors(axes, grid, 1 - (1 - orientation_colors(grid, direction)) * (1 - _PALE))
        handles = []
        for one, (color, linewidth) in zip(classes, _lines(classes), strict=True):
            special = one.kind == "special"
            if one.chosen.any():
                draw_segments(axes, grid, boundaries.pairs[one.chosen], color=color, linewidths=linewidth)
            if special or one.chosen.any():  # requested special boundaries are listed even if there are none
                name = one.name if special else one.name[0].upper() + one.name[1:]
                label = f"{plain_text(name)} ({boundaries.share(one.chosen):.1%})"
                handles.append(Line2D([], [], color=color, linewidth=2 * linewidth, label=label))
        axes.set_title("Boundaries, by misorientation")
        place = (5.15 / width, 0.9)
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=place, frameon=False)
    return figure


def _lines(classes: Sequence[BoundaryClass]) -> list[tuple[str, float]]:
    """Return the line colour and width of each class."""
    colors = itertools.cycle(_COLORS)
    return [_LINES.get(one.kind) or (next(colors), 1.3) for one in classes]


def misorientation_figure(grid: Grid, boundaries: Boundaries) -> Figure:
    """Return the misorientation angle distribution of each phase, compared with random pairs.

    Parameters
    ----------
    grid
        The map.
    boundaries
        Boundaries of the map.
    """
    with style():
        figure = StyledFigure(figsize=(4.6 * len(grid.phases), 3.4), layout="constrained")
        panels = figure.subplots(1, len(grid.phases), squeeze=False)[0]
        for axes, (number, phase) in zip(panels, grid.phases.items(), strict=True):
            own = boundaries.phase == number
            angles, lengths = boundaries.angles[own], boundaries.lengths[own]
            expected, density = random_angles(proper_point_group(phase))
            end = np.ceil(expected[density > 0].max() / 5) * 5
            bins = np.arange(boundaries.threshold % 2, end + 2, 2)  # the threshold coincides with a bin edge
            if len(angles):
                weights = 100 * lengths / lengths.sum() / 2
                axes.hist(angles, bins, weights=weights, color="#5f7ea8", label="Boundaries")
            axes.plot(expected, 100 * density, color="black", linewidth=1, label="Random")
            axes.set(
                title=plain_text(phase.name),
                xlabel="Misorientation (°)",
                ylabel="Share of length (% per degree)",
                xlim=(0, end),
            )
            axes.legend(frameon=False)
    return figure
