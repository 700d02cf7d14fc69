"""Maps of the uncertainty of orientations, their agreement with the expected spots, and probability."""

import numpy as np
from matplotlib.figure import Figure
from orix.crystal_map import CrystalMap

from keras_stem.figures.ipf import draw_image
from keras_stem.figures.style import StyledFigure, scalar_colors, style
from keras_stem.io.map_grid import grid_shape, map_extent

LARGEST_SHOWN = 15.0
"""Upper end of the colour bar of the uncertainty (degrees)."""


def confidence_figure(
    crystal_map: CrystalMap,
    uncertainty: np.ndarray | None,
    agreement: np.ndarray | None,
    out_of_distribution: np.ndarray | None = None,
    probability: np.ndarray | None = None,
) -> Figure:
    """Return maps of the uncertainty, of the agreement, and of the probability.

    Parameters
    ----------
    crystal_map
        The map.
    uncertainty
        Uncertainty of each point, shape (n,), in degrees, or None if it is not available.
    agreement
        Agreement of each point, up to 100, shape (n,), or None if it is not available.
    out_of_distribution
        Out-of-distribution flag of each point, shape (n,); points with non-zero flags are grey. None for no
        flags.
    probability
        Probability of the answer of a consensus at each point, shape (n,), or None without a consensus.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, columns = grid_shape(crystal_map)
    flags = np.zeros(crystal_map.size) if out_of_distribution is None else out_of_distribution
    hidden = np.asarray(flags) != 0
    panels = _panels(uncertainty, agreement, probability)
    high, wide = map_extent(crystal_map)
    height = float(np.clip(4 * high / wide, 1.6, 8))
    with style():
        figure = StyledFigure(figsize=(4.6 * len(panels), height + 0.3), layout="constrained")
        for axes, (title, values, label, largest) in zip(
            figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
        ):
            shown = np.ma.masked_array(values, hidden).reshape(rows, columns)
            image = draw_image(axes, crystal_map, shown, cmap=scalar_colors(), vmin=0, vmax=largest)
            axes.set_title(title)
            extend = "max" if largest == LARGEST_SHOWN else "neither"
            figure.colorbar(image, ax=axes, label=label, extend=extend, shrink=0.8)
        if hidden.any():
            figure.supxlabel(f"Grey: {hidden.mean():.0%} of the points are out of distribution")
    return figure


def _panels(
    uncertainty: np.ndarray | None, agreement: np.ndarray | None, probability: np.ndarray | None
) -> list[tuple[str, np.ndarray, str, float]]:
    """Return title, values, label and largest value of each panel that has values."""
    known = (
        ("Uncertainty (68 %)", uncertainty, "Uncertainty (°)", LARGEST_SHOWN),
        ("Agreement with expected spots", agreement, "Correlation × 100", 100.0),
        ("Probability of the orientation", probability, "Probability", 1.0),
    )
    return [(title, values, label, largest) for title, values, label, largest in known if values is not None]
