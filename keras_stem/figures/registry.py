"""Registry of the figures of a scan and its models: those of the paper and entry points of other packages.

A figure is a function of a `keras_stem.figures.context.FigureContext`. It returns a matplotlib figure, which
is written under the name of its entry, several figures by the names of their files, or None after it has
added the reason to the notes of the context.
"""

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint

from keras_stem.errors import KerasStemError
from keras_stem.plugins import loaded, plugins

GROUP = "keras_stem.figures"
"""Entry-point group in which other packages declare the functions of their figures."""

_OWN = {
    "figure_1": "keras_stem.workflow.paper_figures:subsets_and_split",
    "figure_7": "keras_stem.workflow.paper_figures:orientation_scatter",
    "figure_8": "keras_stem.workflow.paper_figures:losses",
    "figure_9": "keras_stem.workflow.paper_figures:ipf_maps_along_z",
    "figure_10": "keras_stem.workflow.paper_figures:errors_of_first_model",
    "figure_a1": "keras_stem.workflow.paper_figures:labels_weighted_by_q",
    "figure_a2": "keras_stem.workflow.paper_figures:densenets",
    "figure_a3": "keras_stem.workflow.paper_figures:swins",
    "figure_a4": "keras_stem.workflow.paper_figures:labels_and_cnn_in_all_directions",
    "figure_a5": "keras_stem.workflow.paper_figures:densenets_in_all_directions",
    "figure_a6": "keras_stem.workflow.paper_figures:pretrained_swins_in_all_directions",
    "figure_a7": "keras_stem.workflow.paper_figures:plain_swins_in_all_directions",
    "ipf_maps_x": "keras_stem.workflow.map_figures:ipf_maps_along_x",
    "ipf_maps_y": "keras_stem.workflow.map_figures:ipf_maps_along_y",
    "errors": "keras_stem.workflow.map_figures:errors_of_all_models",
    "error_histograms": "keras_stem.workflow.map_figures:error_histograms",
}

PAPER_FIGURES = tuple(name for name in _OWN if name.startswith("figure_"))
"""Names of the figures of Wissel et al."""


def figure_names() -> tuple[str, ...]:
    """Return the names of all figures, starting with those of the paper."""
    return tuple(_entries())


def figure_function(name: str) -> Callable:
    """Return the function of a figure.

    Parameters
    ----------
    name
        Name of the figure, one of `figure_names`.

    Raises
    ------
    KerasStemError
        If the figure is unknown, or the package that declares it cannot be imported.
    """
    if name not in _entries():
        raise KerasStemError(f"Expected the figure to be one of {', '.join(_entries())}, found {name!r}.")
    return loaded(_entries()[name], "figure")


@cache
def _entries() -> dict[str, EntryPoint]:
    return plugins(GROUP, _OWN)
