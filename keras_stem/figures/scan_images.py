"""Figures of a scan: virtual images, the label map shaded by Q, and the phase map."""

import numpy as np
from matplotlib.colors import FuncNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from orix.crystal_map import CrystalMap

from keras_stem.crystal.map_phases import phases_of, single_phase
from keras_stem.figures.ipf import draw_image, draw_scaled, map_colors
from keras_stem.figures.ipf_key import draw_ipf_key
from keras_stem.figures.style import MASKED, StyledFigure, plain_text, style
from keras_stem.io.map_grid import grid_shape, map_extent
from keras_stem.scan.metadata import ScanInfo

_PHASE_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
"""Palette of Okabe and Ito, which is suitable for colour-blind readers."""


_PERCENTILES = (1, 25, 50, 75, 99)
"""Percentiles of a virtual image that are mapped to evenly spaced grey levels from black to white."""


def virtual_figure(image: np.ndarray, info: ScanInfo, title: str) -> Figure:
    """Return a greyscale virtual image (rows, columns), with a scale bar if the unit of the step is a length.

    Grey levels are piecewise linear between percentiles, so that neither outliers nor large areas of vacuum
    reduce the contrast of the sample. The colour bar gives the counts at the percentiles.
    """
    rows, columns = info.shape
    height = float(np.clip(5 * rows * info.steps[0] / (columns * info.steps[1]), 1.6, 10))
    with style():
        figure = StyledFigure(figsize=(5.6, height + 0.4), layout="constrained")
        axes = figure.subplots()
        ticks, norm = _stretched(image)
        drawn = draw_scaled(axes, image, info.steps, info.unit, cmap="gray", norm=norm)
        axes.set_title(plain_text(title))
        bar = figure.colorbar(drawn, ax=axes, label="Counts (percentile)", shrink=0.8)
        if norm is not None:
            bar.set_ticks(list(ticks), labels=list(ticks.values()))
            bar.minorticks_off()
    return figure


def _stretched(image: np.ndarray) -> tuple[dict[float, str], FuncNorm | None]:
    """Return tick labels at the percentiles, and a normalisation that is linear between their counts.

    The normalisation is None for a constant image.
    """
    knots, first = np.unique(np.percentile(image, _PERCENTILES), return_index=True)
    texts = [f"{count:,.0f}" if count >= 100 else f"{count:.3g}" for count in knots]
    named = [f"{text} ({_PERCENTILES[k]} %)" for text, k in zip(texts, first, strict=True)]
    ticks = dict(zip(knots.tolist(), named, strict=True))
    if len(knots) < 2:
        return ticks, None
    levels = np.linspace(0, 1, len(_PERCENTILES))[first]
    scale = (lambda counts: np.interp(counts, knots, levels), lambda grey: np.interp(grey, levels, knots))
    return ticks, FuncNorm(scale, knots[0], knots[-1])


def shaded_colors(crystal_map: CrystalMap, direction: str) -> np.ndarray:
    """Return the IPF colours of a map, shape (n, 3), with full brightness from the 99th percentile of Q."""
    q = np.asarray(crystal_map.prop["Q"])
    brightness = np.clip(q / max(np.percentile(q, 99), 1e-9), 0, 1)
    return map_colors(crystal_map, direction) * brightness[:, None]


def shaded_ipf_figure(crystal_map: CrystalMap, direction: str = "z") -> Figure:
    """Return the IPF map of a phase with brightness scaled by Q (Fig. A.1 B of Wissel et al.)."""
    phase = single_phase(crystal_map)
    colors = shaded_colors(crystal_map, direction)
    rows, columns = grid_shape(crystal_map)
    high, wide = map_extent(crystal_map)
    height = float(np.clip(5 * high / wide, 1.6, 10))
    with style():
        figure = StyledFigure(figsize=(7.8, height + 0.4))
        axes = figure.add_axes((0.02, 0.02, 0.63, 0.9))
        draw_image(axes, crystal_map, colors.reshape(rows, columns, 3))
        axes.set_title(f"{plain_text(phase.name)}, labels along {direction}, shaded by Q")
        draw_ipf_key(figure, (0.76, 0.35, 0.18, 0.3), phase)
    return figure


def phase_figure(crystal_map: CrystalMap) -> Figure:
    """Return a map of the phases with their fractions; points that are not indexed are grey."""
    phases = list(phases_of(crystal_map).items())
    colors = [MASKED, *_PHASE_COLORS[: len(phases)]]
    number = np.zeros(crystal_map.size, int)
    for k, (index, _) in enumerate(phases):
        number[crystal_map.phase_id == index] = k + 1
    names = ["Not indexed", *(phase.name for _, phase in phases)]
    rows, columns = grid_shape(crystal_map)
    high, wide = map_extent(crystal_map)
    height = float(np.clip(5 * high / wide, 1.6, 10))
    with style():
        figure = StyledFigure(figsize=(7.8, height + 0.4), layout="constrained")
        axes = figure.subplots()
        limits = {"vmin": 0, "vmax": len(colors) - 1}
        draw_image(axes, crystal_map, number.reshape(rows, columns), cmap=ListedColormap(colors), **limits)
        axes.set_title("Phases")
        patches = [
            Patch(color=color, label=f"{plain_text(name)} ({np.mean(number == k):.1%})")
            for k, (color, name) in enumerate(zip(colors, names, strict=True))
            if np.any(number == k)
        ]
        figure.legend(handles=patches, loc="outside right center", frameon=False)
    return figure
