"""Figures of a training: learning curves, and parity plots of predictions against labels."""

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from keras_stem.figures.style import StyledFigure, plain_text, style
from keras_stem.metrics.vocabulary import DISORIENTATION, DS_TEST, DS_VAL, MAE, R2, final

ANGLES = ("φ₁", "Φ", "φ₂")
CURVES = {
    "loss": "Training loss",
    "val_r2": f"{R2.title} on {DS_VAL.title}",
    "val_median": f"Median disorientation on {DS_VAL.title} (°)",
}
"""Learning curves: labels of the axes by name of the metric."""


_STUDIED = {
    f"{final('test')}_{DISORIENTATION[0].name}": (f"Median disorientation on {DS_TEST.title} (°)", 1),
    f"{final('test')}_{MAE.name}": (f"{MAE.title} of Euler angles on {DS_TEST.title} (°)", 1),
    "training_seconds": ("Training (min)", 60),
}
"""Axes of the figure of a study: label and divisor by name of the metric."""

_NAME_WIDTH = 40
"""Number of characters in a line of the name of a training."""

_LEGEND_WIDTH, _HANDLE_WIDTH = 130, 8
"""Number of characters that fit beside each other in a legend, and those that a line and its margins take."""

_TALLEST = 200.0
"""Largest height of a figure (inches)."""


def curves_figure(history: list[dict[str, float]]) -> Figure:
    """Return the learning curves: loss of each epoch, and R2 and disorientation where DS_Val was scored.

    Parameters
    ----------
    history
        Logs of each epoch.

    Returns
    -------
    matplotlib.figure.Figure
    """
    epochs = np.arange(1, len(history) + 1)
    scored = [(epoch, logs) for epoch, logs in zip(epochs, history, strict=True) if "val_r2" in logs]
    with style():
        figure = StyledFigure(figsize=(10, 3), layout="constrained")
        loss, *others = figure.subplots(1, 3)
        losses = [logs["loss"] for logs in history]
        loss.plot(epochs, losses)
        # The loss of votes is the negative logarithm of a density and can be negative.
        loss.set_yscale("log" if min(losses) > 0 else "linear")
        _label_epochs(loss, CURVES["loss"])
        for axes, name in zip(others, ("val_r2", "val_median"), strict=True):
            axes.plot([epoch for epoch, _ in scored], [logs[name] for _, logs in scored], "o-")
            _label_epochs(axes, CURVES[name])
            axes.set_xlim(loss.get_xlim())
    return figure


def loss_figure(trainings: dict[str, dict[str, list[tuple[int, float]]]]) -> Figure:
    """Return the learning curves of several trainings, for comparison.

    Fig. 8 of Wissel et al. compares learning rates in this way.

    Parameters
    ----------
    trainings
        Points (epoch, value) of the curves "loss", "val_r2" and "val_median", by name of the training.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = StyledFigure(figsize=(10, 3.4), layout="constrained")
        for axes, (name, label) in zip(figure.subplots(1, 3, sharex=True), CURVES.items(), strict=True):
            for number, (training, curves) in enumerate(trainings.items()):
                epochs, values = zip(*curves[name], strict=True) if curves[name] else ((), ())
                # Different dashes keep coinciding curves visible.
                look = {"linestyle": ("-", "--", ":")[number % 3], "markersize": 3}
                marker = "" if name == "loss" else "o"
                axes.plot(epochs, values, marker=marker, label=plain_text(training), **look)
            _label_epochs(axes, label)
        losses = [value for curves in trainings.values() for _, value in curves["loss"]]
        figure.axes[0].set_yscale("log" if min(losses, default=1) > 0 else "linear")
        figure.axes[0].yaxis.set_minor_formatter(mpl.ticker.NullFormatter())
        scores = [value for curves in trainings.values() for _, value in curves["val_r2"]]
        # R2 of the first epochs may be far below zero; it is cut off, but some points always remain visible.
        lowest = max(min(scores, default=0), min(max(scores, default=0) - 0.5, -0.5))
        figure.axes[1].set_ylim(lowest - 0.05 * (1 - lowest), 1)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        longest = max((len(name) for name in labels), default=1)
        columns = min(4, max(1, _LEGEND_WIDTH // (longest + _HANDLE_WIDTH)))
        figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)
    return figure


def study_figure(trainings: Sequence[tuple[str, Mapping[str, float]]]) -> Figure:
    """Return the errors on DS_Test and the training times of several trainings, side by side.

    Parameters
    ----------
    trainings
        Names and metrics of the trainings, from top to bottom.

    Returns
    -------
    matplotlib.figure.Figure
    """
    places = np.arange(len(trainings))
    names = [textwrap.fill(plain_text(name), _NAME_WIDTH) for name, _ in trainings]
    lines = sum(name.count("\n") + 1 for name in names)
    with style():
        figure = StyledFigure(figsize=(10, min(1.2 + 0.28 * lines, _TALLEST)), layout="constrained")
        panels = figure.subplots(1, len(_STUDIED), sharey=True)
        for axes, (name, (label, unit)) in zip(panels, _STUDIED.items(), strict=True):
            values = [metrics.get(name, np.nan) / unit for _, metrics in trainings]
            shown = np.where(np.isfinite(values), values, np.nan)
            axes.barh(places, shown, color="0.85", height=0.7)
            for place, value in zip(places, values, strict=True):
                text = "" if np.isnan(value) else f" {value:.3g}"
                axes.annotate(text, (value if np.isfinite(value) else 0, place), va="center", fontsize=8)
            axes.set_xlim(0, 1.18 * np.nanmax(shown) if np.nansum(shown) > 0 else 1)
            axes.set_xlabel(label)
        panels[0].set_yticks(places, names)
        panels[0].set_ylim(len(trainings) - 0.5, -0.5)
    return figure


def _label_epochs(axes: Axes, label: str) -> None:
    axes.set(xlabel="Epoch", ylabel=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=(1, 2, 5, 10), min_n_ticks=1))


def parity_figure(expected: np.ndarray, predicted: np.ndarray, disorientation: np.ndarray) -> Figure:
    """Return parity plots of the Euler angles, and a histogram of the disorientation.

    Parameters
    ----------
    expected, predicted
        Euler angles of labels and predictions, shape (n, 3), in degrees.
    disorientation
        Disorientation of each position, shape (n,), in degrees.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = StyledFigure(figsize=(13, 3.2), layout="constrained")
        *panels, histogram = figure.subplots(1, 4)
        for k, axes in enumerate(panels):
            axes.plot(expected[:, k], predicted[:, k], ".", markersize=2, alpha=0.5)
            ends = [min(expected[:, k].min(), 0), expected[:, k].max()]
            axes.plot(ends, ends, color="0.5", linewidth=0.8)
            axes.set(xlabel=f"Label {ANGLES[k]} (°)", ylabel=f"Prediction {ANGLES[k]} (°)")
        bins = np.geomspace(0.1, 180, 40)
        histogram.hist(np.clip(disorientation, bins[0], bins[-1]), bins)
        histogram.axvline(np.median(disorientation), color="black", linewidth=0.8, linestyle="--")
        histogram.set(
            xscale="log",
            xlabel="Disorientation (°)",
            ylabel="Positions",
            title=f"Median {np.median(disorientation):.2f}°",
        )
        histogram.xaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%g"))
    return figure
