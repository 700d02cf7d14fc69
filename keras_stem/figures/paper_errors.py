"""Errors of predicted Euler angles as in the paper: Fig. 10 and from Fig. A.4 on of Wissel et al.

The errors of single angles ignore symmetry: equivalent orientations, and 0 and 360 degrees, count as
different. The disorientation accounts for symmetry and is shown beside them for this reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.ticker import FormatStrFormatter
from orix.crystal_map import CrystalMap
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import euler_ranges, reduce_euler
from keras_stem.figures.comparison import LARGEST_SHOWN as LARGEST_DISORIENTATION
from keras_stem.figures.ipf import draw_image
from keras_stem.figures.paper_page import WIDTH, page
from keras_stem.figures.style import StyledFigure, plain_text, scalar_colors, style
from keras_stem.figures.training import ANGLES
from keras_stem.io.map_grid import grid_shape, map_extent

LARGEST_SHOWN = 0.1
"""Upper end of the colour bars of angles, as a fraction of their ranges."""

_BINS = np.geomspace(0.01, 360, 50)
_NOTE = (
    "The errors of single angles\nare plain differences: they do\nnot know that orientations\n"
    "can be equivalent by symmetry,\nnor that 0° is 360°.\nThe disorientation does."
)


@dataclass(frozen=True)
class AngleErrors:
    """Errors of predicted orientations against labels.

    Parameters
    ----------
    angles
        Absolute difference of each Euler angle, shape (n, 3), in degrees.
    normalised
        Differences divided by the ranges of the angles, averaged over the three angles, shape (n,): the
        normalised mean absolute error of the paper.
    disorientation
        Disorientation, shape (n,), in degrees.
    ranges
        Ranges of the three angles, shape (3,), in degrees.
    """

    angles: np.ndarray
    normalised: np.ndarray
    disorientation: np.ndarray
    ranges: np.ndarray


def angle_errors(predicted_euler: np.ndarray, reference: Rotation, symmetry: Symmetry) -> AngleErrors:
    """Return the errors of predictions.

    Parameters
    ----------
    predicted_euler
        Predicted Euler angles of the model, shape (n, 3), in radians.
    reference
        Labels, shape (n,), lab to crystal, whose angles are reduced to the Euler fundamental region.
    symmetry
        Proper point group.

    Returns
    -------
    AngleErrors
    """
    apart = np.abs(predicted_euler - reduce_euler(reference, symmetry))
    ranges = euler_ranges(symmetry)
    angles = disorientation(Rotation.from_euler(predicted_euler.astype(float)), reference, symmetry)
    return AngleErrors(
        angles=np.rad2deg(apart),
        normalised=(apart / ranges).mean(axis=1),
        disorientation=np.rad2deg(angles),
        ranges=np.rad2deg(ranges),
    )


def errors_figure(name: str, crystal_map: CrystalMap, errors: AngleErrors, visible: np.ndarray) -> Figure:
    """Return maps of the errors of one model (Fig. 10).

    The maps show the absolute error of each Euler angle, the normalised mean absolute error of the three, and
    the disorientation. The title of each map gives the mean, or the median for the disorientation.

    Parameters
    ----------
    name
        Name of the model.
    crystal_map
        Predicted map, which defines the grid.
    errors
        Errors at all positions of the map.
    visible
        Mask of the positions of DS_Q, shape (n,), bool; other positions are grey and not included in the
        means.

    Returns
    -------
    matplotlib.figure.Figure
    """
    panels = [
        (f"{angle}: mean {values[visible].mean():.2f}°", values, f"|Δ{angle}| (°)", LARGEST_SHOWN * extent)
        for angle, values, extent in zip(ANGLES, errors.angles.T, errors.ranges, strict=True)
    ]
    mean, median = errors.normalised[visible].mean(), np.median(errors.disorientation[visible])
    panels += [
        (f"Normalised: mean {mean:.3f}", errors.normalised, "Normalised MAE", LARGEST_SHOWN),
        (
            f"Disorientation: median {median:.2f}°",
            errors.disorientation,
            "Disorientation (°)",
            LARGEST_DISORIENTATION,
        ),
    ]
    with style():
        figure, places = page(len(panels) + 1, map_extent(crystal_map), below=0.7)
        for place, panel in zip(places, panels, strict=False):
            _draw_errors(figure, place, crystal_map, visible, *panel)
        note = figure.add_subplot(places[-1])
        note.set_axis_off()
        note.text(0.5, 0.5, _NOTE, ha="center", va="center", fontsize=8, color="0.3")
        figure.suptitle(f"{plain_text(name)}: errors at the {visible.sum():,} positions of DS_Q", fontsize=10)
        figure.get_layout_engine().set(h_pad=0.14)  # keeps the figure title clear of the panel titles
    return figure


def _draw_errors(
    figure: Figure,
    place: SubplotSpec,
    crystal_map: CrystalMap,
    visible: np.ndarray,
    title: str,
    values: np.ndarray,
    label: str,
    largest: float,
) -> None:
    axes = figure.add_subplot(place)
    image = np.ma.masked_array(values, ~visible).reshape(grid_shape(crystal_map))
    drawn = draw_image(axes, crystal_map, image, cmap=scalar_colors(), vmin=0, vmax=largest)
    axes.set_title(title, fontsize=9)
    bar = figure.colorbar(drawn, ax=axes, location="bottom", label=label, extend="max", shrink=0.85, pad=0.03)
    bar.set_ticks(np.linspace(0, largest, 3), labels=[f"{tick:g}" for tick in np.linspace(0, largest, 3)])


def error_histograms_figure(errors: Mapping[str, AngleErrors], visible: np.ndarray) -> Figure:
    """Return histograms of the errors of each angle and of the disorientation for all models.

    Parameters
    ----------
    errors
        Errors by model name.
    visible
        Mask of the positions to include, shape (n,), bool.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = StyledFigure(figsize=(WIDTH, 5.0), layout="constrained")
        labels = (*(f"|Δ{angle}| (°)" for angle in ANGLES), "Disorientation (°)")
        for k, (axes, label) in enumerate(zip(figure.subplots(2, 2).flat, labels, strict=True)):
            for name, of_model in errors.items():
                values = of_model.angles[visible, k] if k < len(ANGLES) else of_model.disorientation[visible]
                _draw_histogram(axes, values, name)
            axes.set(xscale="log", xlim=(_BINS[0], _BINS[-1]), xlabel=label, ylabel="Positions (%)")
            axes.xaxis.set_major_formatter(FormatStrFormatter("%g"))
        handles, names = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False)
    return figure


def _draw_histogram(axes: Axes, values: np.ndarray, name: str) -> None:
    """Draw the percentage of values in each bin; outliers are counted in the first or last bin."""
    counts, _ = np.histogram(np.clip(values, _BINS[0], _BINS[-1]), _BINS)
    axes.stairs(100 * counts / len(values), _BINS, label=plain_text(name), linewidth=1.2)
