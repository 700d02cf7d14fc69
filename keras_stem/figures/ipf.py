"""Orientation maps in inverse pole figure (IPF) colours."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib_scalebar.scalebar import ScaleBar
from orix.crystal_map import CrystalMap

from keras_stem.crystal.map_phases import single_phase
from keras_stem.figures.ipf_key import draw_ipf_key, ipf_colors
from keras_stem.figures.style import MASKED, StyledFigure, plain_text, style
from keras_stem.io.map_grid import grid_shape, map_extent, map_steps
from keras_stem.units import convert_length, is_length, readable_unit, unit_text

SCALE_BAR = {
    "location": "lower left",
    "length_fraction": 0.2,
    "width_fraction": 0.01,
    "pad": 0.4,
    "border_pad": 0.1,
    "sep": 5,
    "frameon": True,
    "color": "black",
    "box_color": "white",
    "box_alpha": 0.75,
    "scale_loc": "bottom",
    "label_loc": "top",
    "rotation": "horizontal-only",
}
"""Complete style of scale bars, independent of user settings of matplotlib-scalebar."""


def map_colors(crystal_map: CrystalMap, direction: str) -> np.ndarray:
    """Return the IPF colours of a map of one phase, shape (n, 3); points that are not indexed are grey."""
    colors = ipf_colors(crystal_map.rotations, single_phase(crystal_map), direction)
    colors[~crystal_map.is_indexed] = MASKED
    return colors


def draw_ipf_map(axes: Axes, crystal_map: CrystalMap, direction: str, visible: np.ndarray | None) -> None:
    """Draw an IPF map into axes, with a scale bar if its unit is a length.

    Parameters
    ----------
    axes
        Axes to draw into.
    crystal_map
        Map of a single phase.
    direction
        Lab direction: "x", "y" or "z".
    visible
        Mask of the points to show, shape (n,), bool; other points are grey. None shows all that are indexed.
    """
    colors = map_colors(crystal_map, direction)
    if visible is not None:
        colors[~visible] = MASKED
    draw_image(axes, crystal_map, colors.reshape(*grid_shape(crystal_map), 3))


def draw_image(axes: Axes, crystal_map: CrystalMap, image: np.ndarray, **options: Any) -> AxesImage:
    """Draw an image (rows, columns) on the grid of a map, with a scale bar; return the matplotlib image."""
    return draw_scaled(axes, image, map_steps(crystal_map), crystal_map.scan_unit, **options)


def draw_scaled(
    axes: Axes, image: np.ndarray, steps: tuple[float, float], unit: str, **options: Any
) -> AxesImage:
    """Draw an image (rows, columns) with the aspect ratio of the steps along y and x.

    A scale bar is added if the unit is a length. The matplotlib image is returned.
    """
    along_y, along_x = steps
    drawn = axes.imshow(image, origin="upper", aspect=along_y / along_x, **options)
    axes.set_axis_off()
    if is_length(unit):
        axes.add_artist(_scale_bar(convert_length(along_x, unit, "nm"), image.shape[1]))
    return drawn


def _scale_bar(step: float, columns: int) -> ScaleBar:
    """Return a scale bar of 1, 2 or 5 times a power of ten, up to a quarter of the map; step in nm."""
    longest = step * columns / 4
    power = 10 ** np.floor(np.log10(longest))
    length = float(power * max(factor for factor in (1, 2, 5) if factor * power <= longest * (1 + 1e-9)))
    unit, factor = readable_unit(length, "nm")
    fixed = {"fixed_value": length * factor, "fixed_units": unit_text(unit), "scale_formatter": _length}
    return ScaleBar(step, "nm", **fixed, **SCALE_BAR)


def _length(value: float, unit: str) -> str:
    return f"{value:g} {unit}"


def ipf_figure(crystal_map: CrystalMap, direction: str, visible: np.ndarray | None = None) -> Figure:
    """Return an IPF map along a lab direction, with its colour key.

    Parameters
    ----------
    crystal_map
        Map of a single phase.
    direction
        Lab direction: "x", "y" or "z".
    visible
        Mask of the points to show, shape (n,), bool; other points are grey. None shows all.

    Returns
    -------
    matplotlib.figure.Figure
    """
    phase = single_phase(crystal_map)
    high, wide = map_extent(crystal_map)
    height = float(np.clip(5 * high / wide, 1.6, 10))
    with style():
        figure = StyledFigure(figsize=(7.8, height + 0.4))
        axes = figure.add_axes((0.02, 0.02, 0.63, 0.9))
        draw_ipf_map(axes, crystal_map, direction, visible)
        axes.set_title(f"{plain_text(phase.name)}, crystal direction along {direction}")
        draw_ipf_key(figure, (0.76, 0.35, 0.18, 0.3), phase)
    return figure
