"""Figures of the difference between two maps of one scan."""

import numpy as np
from matplotlib.figure import Figure

from keras_stem.analysis.compare import Difference
from keras_stem.analysis.grid import Grid
from keras_stem.figures.grid_maps import draw_bar, draw_colors, draw_keys, draw_values, orientation_colors
from keras_stem.figures.style import StyledFigure, map_size, plain_text, style

LARGEST_SHOWN = 15.0
"""Upper end of the colour bar of the disorientation (degrees)."""


def difference_figure(
    reference: Grid, other: Grid, difference: Difference, names: tuple[str, str], direction: str = "z"
) -> Figure:
    """Return a figure of both maps and their disorientation, side by side.

    Parameters
    ----------
    reference, other
        The maps.
    difference
        Difference of the maps.
    names
        Titles of the maps.
    direction
        Lab direction of the IPF colours.
    """
    with style():
        width, height = map_size(reference.extent, 3.8)
        figure = StyledFigure(figsize=(3 * width + 2.7, height))
        whole = figure.get_figwidth()
        for k, (grid, name) in enumerate(zip((reference, other), names, strict=True)):
            axes = figure.add_axes(((0.05 + k * (width + 0.1)) / whole, 0.02, width / whole, 0.88))
            draw_colors(axes, grid, orientation_colors(grid, direction))
            axes.set_title(plain_text(name))
        left = 2 * width + 0.3
        draw_keys(figure, reference, direction, left + 0.4, 0.8)
        axes = figure.add_axes(((left + 1.6) / whole, 0.02, width / whole, 0.88))
        image = draw_values(axes, reference, difference.angles, vmin=0, vmax=LARGEST_SHOWN)
        axes.set_title(f"Disorientation, median {difference.parts[0].median:.2f}°")
        draw_bar(axes, image, "Disorientation (°)", extend="max")
    return figure


def places_figure(difference: Difference) -> Figure:
    """Return a histogram of the disorientation, and the fraction of differing points in each subset."""
    angles = difference.angles[np.isfinite(difference.angles)]
    parts = [part for part in difference.parts if part.points]
    with style():
        figure = StyledFigure(figsize=(8.2, 3.2), layout="constrained")
        histogram, bars = figure.subplots(1, 2)
        bins = np.geomspace(0.1, 180, 40)
        histogram.hist(np.clip(angles, bins[0], bins[-1]), bins, color="#5f7ea8")
        histogram.axvline(difference.threshold, color="black", linewidth=0.8, linestyle="--")
        histogram.set(xscale="log", xlabel="Disorientation (°)", ylabel="Points")
        histogram.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
        places = np.arange(len(parts))[::-1]
        bars.barh(places, [100 * part.differing for part in parts], color="#5f7ea8", label="All that differ")
        turned = [100 * part.half_turn for part in parts]
        bars.barh(places, turned, color="#c8b866", label="Only by 180° about the beam")
        bars.set_yticks(places, [f"{part.name}\n{part.points} points" for part in parts])
        bars.set_xlabel(f"Points that differ by more than {difference.threshold:g}° (%)")
        figure.legend(loc="outside lower right", ncols=2, frameon=False)
    return figure
