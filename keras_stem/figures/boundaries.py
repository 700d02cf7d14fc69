"""Boundaries: where they are, and their misorientations beside those of random pairs."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from keras_stem.analysis.boundaries import HIGH_ANGLE, Boundaries
from keras_stem.analysis.grid import Grid
from keras_stem.analysis.random_boundaries import random_angles
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.grid_maps import draw_colors, draw_segments, orientation_colors
from keras_stem.figures.style import StyledFigure, map_size, plain_text, style

_COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
"""Okabe and Ito's, which are told apart without colour vision."""

_PALE = 0.55
"""How far the orientation colours are moved toward white, so that lines stand out."""


def boundary_figure(
    grid: Grid, boundaries: Boundaries, specials: dict[str, np.ndarray], direction: str = "z"
) -> Figure:
    """Return a map of the boundaries: low-angle, high-angle, special, and between phases.

    Parameters
    ----------
    grid
        The map.
    boundaries
        Of it.
    specials
        By name, which segments are of a special misorientation, shape (m,), bool.
    direction
        Lab direction of the pale IPF colours below.
    """
    kinds = {
        f"{boundaries.threshold:g} to {HIGH_ANGLE:g}°": (boundaries.angles < HIGH_ANGLE, "0.4", 0.9),
        f"From {max(boundaries.threshold, HIGH_ANGLE):g}°": (boundaries.angles >= HIGH_ANGLE, "black", 0.9),
        "Between phases": (boundaries.between_phases, "#7f3f98", 0.9),
    }
    for (name, chosen), color in zip(specials.items(), _COLORS, strict=False):
        kinds[name] = (chosen, color, 1.3)
    with style():
        width, height = map_size(grid.extent, 5.0, 1.9)
        figure = StyledFigure(figsize=(width, height))
        axes = figure.add_axes((0.02, 0.02, 5.0 / width, 0.9))
        draw_colors(axes, grid, 1 - (1 - orientation_colors(grid, direction)) * (1 - _PALE))
        handles = []
        for name, (chosen, color, linewidth) in kinds.items():
            if chosen.any():
                draw_segments(axes, grid, boundaries.pairs[chosen], color=color, linewidths=linewidth)
                label = f"{plain_text(name)} ({boundaries.share(chosen):.1%})"
                handles.append(Line2D([], [], color=color, linewidth=2 * linewidth, label=label))
        axes.set_title("Boundaries, by misorientation")
        place = (5.15 / width, 0.9)
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=place, frameon=False)
    return figure


def misorientation_figure(grid: Grid, boundaries: Boundaries) -> Figure:
    """Return the distribution of misorientation angles of each phase, beside that of random pairs.

    Parameters
    ----------
    grid
        The map.
    boundaries
        Of it.
    """
    with style():
        figure = StyledFigure(figsize=(4.6 * len(grid.phases), 3.4), layout="constrained")
        panels = figure.subplots(1, len(grid.phases), squeeze=False)[0]
        for axes, (number, phase) in zip(panels, grid.phases.items(), strict=True):
            own = boundaries.phase == number
            angles, lengths = boundaries.angles[own], boundaries.lengths[own]
            expected, density = random_angles(proper_point_group(phase))
            end = np.ceil(expected[density > 0].max() / 5) * 5
            bins = np.arange(boundaries.threshold % 2, end + 2, 2)  # no bin is cut by the threshold
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
