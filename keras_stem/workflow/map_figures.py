"""Figures of a scan and all its models, beyond those of the paper."""

from matplotlib.figure import Figure

from keras_stem.figures.context import FigureContext
from keras_stem.figures.paper_errors import error_histograms_figure, errors_figure
from keras_stem.figures.paper_maps import ipf_maps_figure


def ipf_maps_along_x(context: FigureContext) -> Figure:
    """Return IPF maps of the labels and the predictions of all models along x."""
    return ipf_maps_figure(context.labels, context.maps, context.visible, "x")


def ipf_maps_along_y(context: FigureContext) -> Figure:
    """Return IPF maps of the labels and the predictions of all models along y."""
    return ipf_maps_figure(context.labels, context.maps, context.visible, "y")


def errors_of_all_models(context: FigureContext) -> dict[str, Figure]:
    """Return the errors of each model at each position, by the names of the files."""
    return {
        f"errors_{number}": errors_figure(name, context.labels, errors, context.visible)
        for number, (name, errors) in enumerate(context.errors.items(), 1)
    }


def error_histograms(context: FigureContext) -> Figure:
    """Return histograms of the errors of each angle and of the disorientations, of all models."""
    return error_histograms_figure(context.errors, context.visible)
