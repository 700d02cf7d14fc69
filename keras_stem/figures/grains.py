"""Figures of grains: mean orientations, internal misorientation and size distributions."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from orix.quaternion import Rotation

from keras_stem.analysis.grains import Grains
from keras_stem.analysis.grid import Grid
from keras_stem.crystal.grains import OUTSIDE, neighbour_pairs
from keras_stem.figures.grid_maps import (
    draw_bar,
    draw_colors,
    draw_keys,
    draw_segments,
    draw_values,
    orientation_colors,
)
from keras_stem.figures.style import StyledFigure, map_size, plain_text, style
from keras_stem.units import readable_unit, unit_text

LARGEST_SHARE = 0.99
"""Quantile at the upper end of colour bars, which limits the effect of outliers."""

_BINS = 16


def grain_figure(grid: Grid, numbers: np.ndarray, grains: Grains, direction: str = "z") -> Figure:
    """Return a map of the mean orientation of each grain in IPF colours, with the grain boundaries.

    Parameters
    ----------
    grid
        The map.
    numbers
        Grain number of each point, shape (n,).
    grains
        Properties of the grains.
    direction
        Lab direction of the IPF colours: "x", "y" or "z".
    """
    means = _grid_of_means(grid, numbers, grains)
    with style():
        width, height = map_size(grid.extent, 5.0, 2.5)
        figure = StyledFigure(figsize=(width, height))
        axes = figure.add_axes((0.02, 0.02, 5.0 / width, 0.9))
        draw_colors(axes, means, orientation_colors(means, direction))
        draw_segments(axes, grid, rims(grid, numbers), color="black", linewidths=0.6)
        axes.set_title(f"{len(grains)} grains, mean crystal direction along {direction}")
        draw_keys(figure, means, direction, 5.85, 1.1)
    return figure


def _grid_of_means(grid: Grid, numbers: np.ndarray, grains: Grains) -> Grid:
    """Return the map with the mean orientation of the grain at each point; others are masked."""
    inside = numbers != OUTSIDE
    data, phase = grid.rotations.data.copy(), np.full(len(numbers), OUTSIDE)
    data[inside] = grains.orientation.data[numbers[inside]]
    phase[inside] = grains.phase[numbers[inside]]
    return replace(grid, rotations=Rotation(data), phase=phase)


def rims(grid: Grid, numbers: np.ndarray) -> np.ndarray:
    """Return the pairs of neighbouring points in different grains, shape (m, 2)."""
    pairs = neighbour_pairs(grid.shape)
    return pairs[numbers[pairs[:, 0]] != numbers[pairs[:, 1]]]


def local_misorientation_figure(
    grid: Grid, numbers: np.ndarray, grains: Grains, kernel_average: np.ndarray
) -> Figure:
    """Return maps of the grain orientation spread, the deviation from the grain mean, and the KAM.

    Parameters
    ----------
    grid
        The map.
    numbers
        Grain number of each point, shape (n,).
    grains
        Properties of the grains.
    kernel_average
        Kernel average misorientation (KAM) of each point, shape (n,), in degrees.
    """
    spread = np.where(numbers == OUTSIDE, np.nan, grains.gos[numbers])
    panels = (
        ("Grain orientation spread", spread),
        ("Deviation from the grain's mean", grains.deviation),
        ("Kernel average misorientation", kernel_average),
    )
    with style():
        width, height = map_size(grid.extent, 3.6)
        figure = StyledFigure(figsize=(3 * width + 1.5, height), layout="constrained")
        for axes, (title, values) in zip(figure.subplots(1, 3), panels, strict=True):
            known = values[np.isfinite(values)]
            largest = max(float(np.quantile(known, LARGEST_SHARE)), 0.1) if len(known) else 1.0
            image = draw_values(axes, grid, values, vmin=0, vmax=largest)
            draw_segments(axes, grid, rims(grid, numbers), color="black", linewidths=0.4)
            axes.set_title(title)
            draw_bar(axes, image, "Angle (°)", extend="max")
    return figure


def size_figure(grains: Grains, unit: str) -> Figure:
    """Return the distributions of equivalent diameters, weighted by number and by area.

    Parameters
    ----------
    grains
        Properties of the grains. Grains that touch the edge of the map are marked, since their size is a
        lower bound.
    unit
        Unit of the map.
    """
    unit, factor = readable_unit(float(np.median(grains.diameter)), unit)
    diameter = grains.diameter * factor
    low, high = diameter.min(), diameter.max()
    bins = np.geomspace(low / 1.05, high * 1.05, _BINS)
    inner = ~grains.edge
    with style():
        figure = StyledFigure(figsize=(7.6, 3.2), layout="constrained")
        panels = (
            ("By number", np.ones(len(grains)), "Share of grains"),
            ("By area", grains.area, "Share of area"),
        )
        for axes, (title, weights, label) in zip(figure.subplots(1, 2), panels, strict=True):
            shares = weights / weights.sum()
            axes.hist(
                [diameter[inner], diameter[~inner]],
                bins,
                weights=[shares[inner], shares[~inner]],
                stacked=True,
                color=["#00336f", "#c8b866"],
                label=["Whole", "Touch the edge"],
            )
            axes.set(title=title, xlabel=f"Equivalent diameter ({plain_text(unit_text(unit))})", ylabel=label)
            axes.set_xscale("log")
            _plain_ticks(axes)
        figure.axes[0].legend(frameon=False)
    return figure


def _plain_ticks(axes: Axes) -> None:
    """Set plain numbers instead of powers of ten as tick labels of a logarithmic axis."""
    axes.xaxis.set_major_locator(mpl.ticker.LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    axes.xaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%g"))
