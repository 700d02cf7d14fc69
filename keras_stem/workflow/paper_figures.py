"""Figures of Wissel et al. from a scan and its models.

=============  ====================================================================================
figure_1       Subsets and split of the training of the first model that was trained on this scan
figure_7       Labels as IPF map, labels and predictions of DS_Q as points in the IPF, along z
figure_8       Loss of the trainings on Euler angles (Huber) over the epochs, and scores on DS_Val
figure_9       IPF maps of the labels and of the predictions of all models, along z
figure_10      Errors of the first model at each position
figure_a1      Labels, plain and weighted by Q
figure_a2      Figure 9 along x
figure_a3      Figure 9 along y
figure_a4 ...  Figure 10 of the second model, the third, and so on; the last has histograms of the
               errors of each angle, for all models
=============  ====================================================================================

The numbering of the paper after figure A.3 is unknown; the subsequent numbers are those of keras_stem.
"""

import mlflow
from matplotlib.figure import Figure
from mlflow.exceptions import MlflowException

from keras_stem.choices import MODEL_URIS
from keras_stem.errors import KerasStemError
from keras_stem.figures.context import Answer, FigureContext
from keras_stem.figures.paper_errors import error_histograms_figure, errors_figure
from keras_stem.figures.paper_maps import ipf_maps_figure, scatter_figure, weighted_figure
from keras_stem.figures.paper_subsets import subsets_figure
from keras_stem.networks.registry import config_class
from keras_stem.tracking.run import MODEL_NAME
from keras_stem.tracking.store import connect
from keras_stem.training.recipe import Recipe
from keras_stem.workflow.compare import Row, training_curves


def subsets_and_split(context: FigureContext) -> Figure | None:
    """Return figure 1: subsets, thresholds and split of the training."""
    scan = context.scan
    plain = [answer.card.recipe for answer in context.answers if answer.card.fingerprint == scan.fingerprint]
    if not plain:
        context.notes.append("Figure 1 is left out: no model was trained on this scan; nothing was split.")
        return None
    try:
        recipe = Recipe.from_dict(plain[0])
    except KerasStemError as error:
        context.notes.append(f"Figure 1 is left out: {error}")
        return None
    data = recipe.data
    parts = data.parts(scan.labels, recipe.seed)
    return subsets_figure(scan.labels, data.thresholds, parts, _how(recipe))


def _how(recipe: Recipe) -> str:
    """Return the description of a split for figure 1."""
    data = recipe.data
    more = "" if data.train_on == "DS_R" else f", DS_Train of {data.train_on}"
    return f"{data.split} split, seed {recipe.seed}{more}"


def orientation_scatter(context: FigureContext) -> Figure:
    """Return figure 7: labels and predictions as points in the inverse pole figure."""
    return scatter_figure(context.labels, context.maps, context.visible)


def losses(context: FigureContext) -> Figure | None:
    """Return figure 8: learning curves of the trainings with a Huber loss of Euler angles."""
    rows: dict[str, Row] = {}
    for answer in context.answers:
        row, reason = _row(answer)
        if row is None:
            context.notes.append(f"Figure 8 is without {answer.reference}: {reason}.")
        else:
            rows[row.run_id] = row
    if rows:
        return training_curves(list(rows.values()))
    context.notes.append("Figure 8 is left out: no model has a tracked run with a Huber loss.")
    return None


def ipf_maps_along_z(context: FigureContext) -> Figure:
    """Return figure 9: IPF maps of labels and predictions along z."""
    return ipf_maps_figure(context.labels, context.maps, context.visible, "z")


def ipf_maps_along_x(context: FigureContext) -> Figure:
    """Return figure A.2: IPF maps of labels and predictions along x."""
    return ipf_maps_figure(context.labels, context.maps, context.visible, "x")


def ipf_maps_along_y(context: FigureContext) -> Figure:
    """Return figure A.3: IPF maps of labels and predictions along y."""
    return ipf_maps_figure(context.labels, context.maps, context.visible, "y")


def errors_of_first_model(context: FigureContext) -> Figure:
    """Return figure 10: errors of the first model at each position."""
    return _errors(context, context.answers[0])


def labels_weighted_by_q(context: FigureContext) -> Figure | None:
    """Return figure A.1: labels, plain and weighted by Q."""
    if "Q" in context.labels.prop:
        return weighted_figure(context.labels)
    context.notes.append("Figure A.1 is left out: the labels have no property Q.")
    return None


def errors_of_all_models(context: FigureContext) -> dict[str, Figure]:
    """Return the figures from A.4 on: figure 10 of the other models, and histograms of all errors."""
    others = [_errors(context, answer) for answer in context.answers[1:]]
    figures = [*others, error_histograms_figure(context.errors, context.visible)]
    return {f"figure_a{number}": figure for number, figure in enumerate(figures, 4)}


def _errors(context: FigureContext, answer: Answer) -> Figure:
    return errors_figure(answer.name, context.labels, context.errors[answer.name], context.visible)


def _row(answer: Answer) -> tuple[Row | None, str]:
    """Return the run of a model for `training_curves`, or None and the reason."""
    if answer.card.target != "euler":
        return None, "its loss is not the Huber loss of Euler angles"
    run_id = _run_id(answer.reference)
    try:
        history = connect().get_metric_history(run_id, "loss") if run_id else []
    except MlflowException:
        history = []
    if not history:
        return None, "it has no tracked run with a training loss"
    name = f"{config_class(answer.card.arch).title}, {answer.card.schedule}"
    return Row(name, run_id, answer.card.arch, "", "", {}), ""


def _run_id(reference: str) -> str | None:
    """Return the id of the run of a model, or None for a file or if the run does not exist."""
    if reference.endswith(".keras"):
        return None
    uri = reference if reference.startswith(MODEL_URIS) else f"runs:/{reference}/{MODEL_NAME}"
    try:
        return mlflow.models.get_model_info(uri).run_id
    except (MlflowException, OSError):
        return None
