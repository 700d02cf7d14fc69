"""Figure of labels, prediction and their disorientation side by side."""

import numpy as np
from matplotlib.figure import Figure
from orix.crystal_map import CrystalMap

from keras_stem.crystal.map_phases import single_phase
from keras_stem.figures.ipf import draw_image, draw_ipf_map
from keras_stem.figures.ipf_key import draw_ipf_key
from keras_stem.figures.style import StyledFigure, plain_text, scalar_colors, style
from keras_stem.io.map_grid import grid_shape, map_extent

LARGEST_SHOWN = 15.0
"""Upper end of the colour bar of the disorientation (degrees)."""


def comparison_figure(
    reference: CrystalMap,
    prediction: CrystalMap,
    disorientation: np.ndarray,
    visible: np.ndarray | None = None,
    names: tuple[str, str] = ("Labels", "Prediction"),
    direction: str = "z",
) -> Figure:
    """Return a figure of two maps and their disorientation.

    Parameters
    ----------
    reference, prediction
        Maps of the same shape and phase.
    disorientation
        Disorientation of each point, shape (n,), in degrees.
    visible
        Mask of the points to show, shape (n,), bool; other points are grey. None shows all.
    names
        Titles of the two maps.
    direction
        Lab direction of the IPF colours.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, columns = grid_shape(reference)
    high, wide = map_extent(reference)
    height = float(np.clip(4 * high / wide, 1.6, 8))
    shown = np.ones(reference.size, bool) if visible is None else visible
    with style():
        figure = StyledFigure(figsize=(14.5, height + 0.5))
        for left, crystal_map, name in zip((0.01, 0.29), (reference, prediction), names, strict=True):
            axes = figure.add_axes((left, 0.02, 0.27, 0.88))
            draw_ipf_map(axes, crystal_map, direction, visible)
            axes.set_title(f"{plain_text(name)}, crystal direction along {direction}")
        draw_ipf_key(figure, (0.598, 0.35, 0.075, 0.3), single_phase(reference))
        axes = figure.add_axes((0.695, 0.02, 0.27, 0.88))
        angles = np.ma.masked_array(disorientation, ~shown).reshape(rows, columns)
        image = draw_image(axes, reference, angles, cmap=scalar_colors(), vmin=0, vmax=LARGEST_SHOWN)
        axes.set_title(f"Disorientation, median {np.median(disorientation[shown]):.2f}°")
        bar = figure.add_axes((0.97, 0.15, 0.01, 0.62))
        figure.colorbar(image, cax=bar, label="Disorientation (°)", extend="max")
    return figure
