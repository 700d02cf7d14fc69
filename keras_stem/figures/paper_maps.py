"""Figures of orientations as in the paper: Fig. 7 and 9, A.1 to A.7 of Wissel et al."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from orix.crystal_map import CrystalMap

from keras_stem.crystal.map_phases import single_phase
from keras_stem.figures.ipf import draw_image, draw_ipf_map, map_colors
from keras_stem.figures.ipf_key import DIRECTIONS, to_sector
from keras_stem.figures.paper_page import draw_key, ipf_axes, page
from keras_stem.figures.scan_images import shaded_colors
from keras_stem.figures.style import plain_text, scalar_colors, style
from keras_stem.io.map_grid import grid_shape, map_extent


def scatter_figure(
    labels: CrystalMap, predictions: Mapping[str, CrystalMap], visible: np.ndarray, direction: str = "z"
) -> Figure:
    """Return the label map, and inverse pole figure scatter plots of labels and predictions (Fig. 7).

    Parameters
    ----------
    labels
        Labels of the scan.
    predictions
        Predicted maps of the same shape and phase, by model name.
    visible
        Mask of the positions of DS_Q, shape (n,), bool; other positions are grey on the map and omitted from
        the scatter plots.
    direction
        Lab direction: "x", "y" or "z".

    Returns
    -------
    matplotlib.figure.Figure
    """
    phase = single_phase(labels)
    with style():
        figure, places = page(3 + len(predictions), map_extent(labels))
        axes = figure.add_subplot(places[0])
        draw_ipf_map(axes, labels, direction, visible)
        axes.set_title("Labels")
        draw_key(figure, places[1], phase, direction)
        for place, (name, shown) in zip(places[2:], {"Labels": labels, **predictions}.items(), strict=True):
            _draw_scatter(figure, place, name, shown, direction, visible)
        told = f"Crystal directions along {direction} at the {visible.sum():,} positions of DS_Q"
        figure.supxlabel(told, fontsize=9)
    return figure


def ipf_maps_figure(
    labels: CrystalMap, predictions: Mapping[str, CrystalMap], visible: np.ndarray, direction: str
) -> Figure:
    """Return IPF maps of the labels and of predictions along a direction (Fig. 9, A.2 and A.3).

    Parameters
    ----------
    labels
        Labels of the scan.
    predictions
        Predicted maps of the same shape and phase, by model name.
    visible
        Mask of the positions of DS_Q, shape (n,), bool; other positions are grey.
    direction
        Lab direction of the IPF colours: "x", "y" or "z".

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure, places = page(2 + len(predictions), map_extent(labels))
        for place, (name, shown) in zip(places, {"Labels": labels, **predictions}.items(), strict=False):
            axes = figure.add_subplot(place)
            draw_ipf_map(axes, shown, direction, visible)
            axes.set_title(plain_text(name))
        draw_key(figure, places[-1], single_phase(labels), direction)
    return figure


def directions_figure(maps: Mapping[str, CrystalMap], visible: np.ndarray) -> Figure:
    """Return IPF maps along x, y and z, a row for each map (Fig. A.4 to A.7).

    Parameters
    ----------
    maps
        Maps of the same shape and phase, by the names to show.
    visible
        Mask of the positions of DS_Q, shape (n,), bool; other positions are grey.

    Returns
    -------
    matplotlib.figure.Figure
    """
    first = next(iter(maps.values()))
    panels = [(name, shown, direction) for name, shown in maps.items() for direction in DIRECTIONS]
    with style():
        figure, places = page(len(DIRECTIONS) + len(panels), map_extent(first))
        for place, (name, shown, direction) in zip(places, panels, strict=False):
            axes = figure.add_subplot(place)
            draw_ipf_map(axes, shown, direction, visible)
            axes.set_title(f"Along {direction}")
            if direction == next(iter(DIRECTIONS)):
                _name_row(axes, name)
        draw_key(figure, places[-len(DIRECTIONS)], single_phase(first), "x, y or z")
    return figure


def _name_row(axes: Axes, name: str) -> None:
    """Write the name of a row of maps to the left of its first map."""
    axes.text(-0.04, 0.5, plain_text(name), transform=axes.transAxes, rotation=90, va="center", ha="right")


def weighted_figure(labels: CrystalMap, direction: str = "z") -> Figure:
    """Return IPF maps of the labels at all positions, without and with brightness scaled by Q (Fig. A.1).

    Parameters
    ----------
    labels
        Labels with the property Q.
    direction
        Lab direction of the IPF colours: "x", "y" or "z".

    Returns
    -------
    matplotlib.figure.Figure
    """
    shape = grid_shape(labels)
    phase = single_phase(labels)
    with style():
        figure, places = page(3, map_extent(labels))
        for place, title, image in (
            (places[0], "Labels", map_colors(labels, direction)),
            (places[1], "Labels, brightness by Q", shaded_colors(labels, direction)),
        ):
            axes = figure.add_subplot(place)
            draw_image(axes, labels, image.reshape(*shape, 3))
            axes.set_title(title)
        draw_key(figure, places[2], phase, direction)
    return figure


def _draw_scatter(
    figure: Figure, place: SubplotSpec, title: str, shown: CrystalMap, direction: str, visible: np.ndarray
) -> None:
    phase = single_phase(shown)
    axes = ipf_axes(figure, place, phase, plain_text(title))
    along = shown.rotations[visible] * DIRECTIONS[direction]
    # Use a single dark colour: many colours of the key are too pale on white. The points are rasterised
    # because an SVG of tens of thousands of points is too large.
    ink = to_hex(scalar_colors()(0.0))
    axes.scatter(to_sector(along, phase), s=1.5, alpha=0.3, color=ink, linewidths=0, rasterized=True)
