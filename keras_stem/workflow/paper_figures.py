"""Figures of Wissel et al. from a scan and its models, with the numbers of the paper.

=============  ====================================================================================
figure_1       Subsets and split of the training of the first model that was trained on this scan
figure_7       Labels as IPF map, labels and predictions of DS_Q as points in the IPF, along z
figure_8       Loss of the trainings of the CNN on Euler angles over the epochs, and scores on DS_Val
figure_9       IPF maps of the labels and of the predictions of the networks, along z
figure_10      Errors of the first model at each position
figure_a1      Labels, plain and weighted by Q
figure_a2      IPF maps of the labels and of the DenseNets, plain and pre-trained, along z
figure_a3      IPF maps of the labels and of the four variants of Swin, along z
figure_a4      IPF maps of the labels and of the CNN along x, y and z
figure_a5      IPF maps of the DenseNets along x, y and z
figure_a6      IPF maps of the pre-trained variants of Swin along x, y and z
figure_a7      IPF maps of the plain variants of Swin along x, y and z
=============  ====================================================================================

Figures 7 and 9 show the first model of each network.
"""

import mlflow
from matplotlib.figure import Figure
from mlflow.exceptions import MlflowException
from orix.crystal_map import CrystalMap

from keras_stem.choices import MODEL_URIS
from keras_stem.errors import KerasStemError
from keras_stem.figures.context import Answer, FigureContext
from keras_stem.figures.paper_errors import errors_figure
from keras_stem.figures.paper_maps import directions_figure, ipf_maps_figure, scatter_figure, weighted_figure
from keras_stem.figures.paper_subsets import subsets_figure
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
    return scatter_figure(context.labels, _networks(context), context.visible)


def losses(context: FigureContext) -> Figure | None:
    """Return figure 8: learning curves of the CNNs with a Huber loss of Euler angles.

    The curves of the other networks are shown if there is no such CNN.
    """
    rows: dict[str, Row] = {}
    for answer in context.answers:
        row, reason = _row(answer)
        if row:
            rows[row.run_id] = row
        elif answer.card.arch == "cnn":
            context.notes.append(f"Figure 8 is without {answer.reference}: {reason}.")
    if rows:
        return training_curves([row for row in rows.values() if row.arch == "cnn"] or list(rows.values()))
    context.notes.append("Figure 8 is left out: no model has a tracked run with a Huber loss.")
    return None


def ipf_maps_along_z(context: FigureContext) -> Figure:
    """Return figure 9: IPF maps of labels and predictions along z."""
    return ipf_maps_figure(context.labels, _networks(context), context.visible, "z")


def errors_of_first_model(context: FigureContext) -> Figure:
    """Return figure 10: errors of the first model at each position."""
    first = context.answers[0].name
    return errors_figure(first, context.labels, context.errors[first], context.visible)


def labels_weighted_by_q(context: FigureContext) -> Figure | None:
    """Return figure A.1: labels, plain and weighted by Q."""
    if "Q" in context.labels.prop:
        return weighted_figure(context.labels)
    context.notes.append("Figure A.1 is left out: the labels have no property Q.")
    return None


def densenets(context: FigureContext) -> Figure | None:
    """Return figure A.2: IPF maps of the labels and of the DenseNets along z."""
    maps = _maps(context, "Figure A.2", _variants(context, "densenet"), 2, "DenseNet")
    return ipf_maps_figure(context.labels, maps, context.visible, "z") if maps else None


def swins(context: FigureContext) -> Figure | None:
    """Return figure A.3: IPF maps of the labels and of the variants of Swin along z."""
    maps = _maps(context, "Figure A.3", _variants(context, "swin"), 4, "Swin")
    return ipf_maps_figure(context.labels, maps, context.visible, "z") if maps else None


def labels_and_cnn_in_all_directions(context: FigureContext) -> Figure | None:
    """Return figure A.4: IPF maps of the labels and of the CNN along x, y and z."""
    maps = _maps(context, "Figure A.4", _variants(context, "cnn")[:1], 1, "CNN")
    return directions_figure({"Labels": context.labels, **maps}, context.visible) if maps else None


def densenets_in_all_directions(context: FigureContext) -> Figure | None:
    """Return figure A.5: IPF maps of the DenseNets along x, y and z."""
    maps = _maps(context, "Figure A.5", _variants(context, "densenet"), 2, "DenseNet")
    return directions_figure(maps, context.visible) if maps else None


def pretrained_swins_in_all_directions(context: FigureContext) -> Figure | None:
    """Return figure A.6: IPF maps of the pre-trained variants of Swin along x, y and z."""
    chosen = [answer for answer in _variants(context, "swin") if answer.pretrained]
    maps = _maps(context, "Figure A.6", chosen, 2, "pre-trained Swin")
    return directions_figure(maps, context.visible) if maps else None


def plain_swins_in_all_directions(context: FigureContext) -> Figure | None:
    """Return figure A.7: IPF maps of the plain variants of Swin along x, y and z."""
    chosen = [answer for answer in _variants(context, "swin") if answer.pretrained is False]
    maps = _maps(context, "Figure A.7", chosen, 2, "plain Swin")
    return directions_figure(maps, context.visible) if maps else None


def _variants(context: FigureContext, arch: str) -> list[Answer]:
    """Return the first model of each variant of a network."""
    found: dict[str | None, Answer] = {}
    for answer in context.answers:
        if answer.card.arch == arch:
            found.setdefault(answer.variant, answer)
    return list(found.values())


def _networks(context: FigureContext) -> dict[str, CrystalMap]:
    """Return the maps of the first model of each network."""
    found: dict[str, Answer] = {}
    for answer in context.answers:
        found.setdefault(answer.card.arch, answer)
    return {answer.name: context.maps[answer.name] for answer in found.values()}


def _maps(
    context: FigureContext, figure: str, chosen: list[Answer], wanted: int, what: str
) -> dict[str, CrystalMap]:
    """Return the maps of the chosen models; what the paper shows and they do not is noted."""
    if not chosen:
        context.notes.append(f"{figure} is left out: no model is a {what}.")
    elif len(chosen) < wanted:
        context.notes.append(f"{figure} has {len(chosen)} of the {wanted} variants of {what} in the paper.")
    return {answer.name: context.maps[answer.name] for answer in chosen}


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
    schedule = answer.card.schedule
    name = answer.name if schedule in answer.name else f"{answer.name}, {schedule}"
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
