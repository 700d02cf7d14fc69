"""Figures of the paper, drawn from models and a scan."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import mlflow
import numpy as np
from matplotlib.figure import Figure
from mlflow.exceptions import MlflowException

from keras_stem.choices import MODEL_URIS
from keras_stem.crystal.map_phases import single_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.figures.paper_errors import angle_errors, error_histograms_figure, errors_figure
from keras_stem.figures.paper_maps import ipf_maps_figure, scatter_figure, weighted_figure
from keras_stem.figures.paper_subsets import subsets_figure
from keras_stem.figures.style import save_both
from keras_stem.files import complete_folder
from keras_stem.inference.scan_map import Prediction, predict_map
from keras_stem.models.card import ModelCard
from keras_stem.networks.registry import config_class, network_names
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.tracking.registry import holder, registered_name
from keras_stem.tracking.resolve import best_reference, load_model
from keras_stem.tracking.run import MODEL_NAME
from keras_stem.tracking.store import connect
from keras_stem.training.paper import paper_archs
from keras_stem.training.recipe import Recipe
from keras_stem.workflow.compare import Row, draw_curves


@dataclass(frozen=True)
class PaperFigures:
    """Summary of the drawn figures.

    ============  ==================================================================================
    figure_1      Subsets and split of the training of the first model that was trained on this scan
    figure_7      Labels as IPF map, labels and predictions of DS_Q as points in the IPF, along z
    figure_8      Loss of the trainings on Euler angles (Huber) over the epochs, and scores on DS_Val
    figure_9      IPF maps of the labels and of the predictions of all models, along z
    figure_10     Errors of the first model at each position
    figure_a1     Labels, plain and weighted by Q
    figure_a2     Figure 9 along x
    figure_a3     Figure 9 along y
    figure_a4 ..  Figure 10 of the second model, the third, and so on
    the last      Histograms of the errors of each angle, for all models
    ============  ==================================================================================

    The numbering of the paper after figure A.3 is unknown; the subsequent numbers are those of keras_stem.

    Parameters
    ----------
    written
        Names of the written figures: "figure_1" and so on.
    models
        References of the models by their names in the figures.
    left_out
        Lines about omitted figures or models, with the reasons.
    """

    written: tuple[str, ...]
    models: dict[str, str]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """Prediction of a model on the scan.

    Parameters
    ----------
    name
        Name of the model in the figures.
    reference
        Reference of the model.
    card
        Model card.
    prediction
        Prediction for all positions.
    """

    name: str
    reference: str
    card: ModelCard
    prediction: Prediction


def paper_models(phase: str) -> list[str]:
    """Return the URIs of the best registered version of each architecture, in the order of the paper.

    Raises
    ------
    KerasStemError
        If there is no registered model of the phase.
    """
    client = connect()
    best = [holder(client, registered_name(phase), arch) for arch in _archs()]
    found = [f"models:/{version.name}/{version.version}" for version in best if version is not None]
    return found or [best_reference(phase)]


def _archs() -> list[str]:
    """Return the names of all networks: those of the paper in its order, then the others."""
    return [*paper_archs(), *(name for name in network_names() if name not in paper_archs())]


def write_paper_figures(
    scan: Scan,
    references: list[str],
    folder: str | Path,
    min_q: float | None = None,
    verbose: bool = False,
) -> PaperFigures:
    """Draw the figures of Wissel et al. as PNG and SVG.

    `PaperFigures` lists them.

    Parameters
    ----------
    scan
        Open scan with labels.
    references
        References of the models, as accepted by `load_model`. Figure 10 shows the first.
    folder
        Output folder, which is created if necessary. All files appear together when they are complete.
    min_q
        Smallest Q of DS_Q in all figures except the first; that of the training of the first model by
        default.
    verbose
        Whether to show progress.

    Returns
    -------
    PaperFigures

    Raises
    ------
    KerasStemError
        If the scan has no labels, a model does not apply to it, or the folder cannot be written.
    """
    single_phase(scan.labels)
    answers = _named([_answer(reference, scan, verbose) for reference in references])
    visible = _visible(scan, answers[0].card, min_q)
    with complete_folder(folder) as staging:
        missing = _draw(scan, answers, visible, staging)
        written = {path.stem for path in staging.iterdir()}
    models = {answer.name: answer.reference for answer in answers}
    return PaperFigures(tuple(sorted(written, key=_place)), models, tuple(missing))


def _draw(scan: Scan, answers: list[Answer], visible: np.ndarray, folder: Path) -> list[str]:
    """Draw all figures; return lines about what is omitted."""
    missing = [
        *_draw_subsets(scan, answers, folder),
        *_draw_losses(answers, folder),
        *_draw_weighted(scan, folder),
    ]
    for name, figure in _figures(scan, answers, visible):
        save_both(figure, folder, name)
    return missing


def _place(name: str) -> tuple[bool, int]:
    """Return a sort key that orders figure_2 before figure_10, and figure_10 before figure_a1."""
    number = name.removeprefix("figure_")
    return number.startswith("a"), int(number.removeprefix("a"))


def _answer(reference: str, scan: Scan, verbose: bool) -> Answer:
    model = load_model(reference)
    if verbose:
        print(f"{reference}, {model.card.arch}", flush=True)
    try:
        return Answer(
            config_class(model.card.arch).title, reference, model.card, predict_map(model, scan, verbose)
        )
    except KerasStemError as error:
        raise KerasStemError(f"Cannot apply {reference}: {error}") from error


def _named(answers: list[Answer]) -> list[Answer]:
    """Return the answers with unique names, by network and, if necessary, schedule and number."""
    answers = _told_apart(answers, lambda _, answer: _with_schedule(answer))
    return _told_apart(answers, lambda number, answer: f"{answer.name} ({number})")


def _told_apart(answers: list[Answer], longer: Callable[[int, Answer], str]) -> list[Answer]:
    count = Counter(answer.name for answer in answers)
    return [
        replace(answer, name=longer(number, answer)) if count[answer.name] > 1 else answer
        for number, answer in enumerate(answers, 1)
    ]


def _with_schedule(answer: Answer) -> str:
    return f"{config_class(answer.card.arch).title}, {answer.card.schedule}"


def _visible(scan: Scan, card: ModelCard, min_q: float | None) -> np.ndarray:
    q = card.thresholds.q if min_q is None else min_q
    visible = np.zeros(len(scan), bool)
    visible[subset(scan.labels, "DS_Q", Thresholds(q=q))] = True
    return visible


def _figures(scan: Scan, answers: list[Answer], visible: np.ndarray) -> Iterator[tuple[str, Figure]]:
    """Yield the figures that require only labels and predictions."""
    labels, symmetry = scan.labels, proper_point_group(scan.phase)
    maps = {answer.name: answer.prediction.crystal_map for answer in answers}
    yield "figure_7", scatter_figure(labels, maps, visible)
    for name, direction in (("figure_9", "z"), ("figure_a2", "x"), ("figure_a3", "y")):
        yield name, ipf_maps_figure(labels, maps, visible, direction)
    errors = {
        answer.name: angle_errors(answer.prediction.euler, labels.rotations, symmetry) for answer in answers
    }
    names = ["figure_10", *(f"figure_a{number}" for number in range(4, 3 + len(answers)))]
    for name, (model, of_model) in zip(names, errors.items(), strict=True):
        yield name, errors_figure(model, labels, of_model, visible)
    yield f"figure_a{3 + len(answers)}", error_histograms_figure(errors, visible)


def _draw_subsets(scan: Scan, answers: list[Answer], folder: Path) -> list[str]:
    """Draw figure 1; return the reason if it cannot be drawn."""
    plain = [answer.card.recipe for answer in answers if answer.card.fingerprint == scan.fingerprint]
    if not plain:
        return ["Figure 1 is left out: no model was trained on this scan, so that nothing was split."]
    try:
        recipe = Recipe.from_dict(plain[0])
    except KerasStemError as error:
        return [f"Figure 1 is left out: {error}"]
    data = recipe.data
    parts = data.parts(scan.labels, recipe.seed)
    how = f"{data.split} split, seed {recipe.seed}"
    save_both(subsets_figure(scan.labels, data.thresholds, parts, how), folder, "figure_1")
    return []


def _draw_weighted(scan: Scan, folder: Path) -> list[str]:
    """Draw figure A.1; return the reason if it cannot be drawn."""
    if "Q" not in scan.labels.prop:
        return ["Figure A.1 is left out: the labels have no property Q."]
    save_both(weighted_figure(scan.labels), folder, "figure_a1")
    return []


def _draw_losses(answers: list[Answer], folder: Path) -> list[str]:
    """Draw figure 8; return the models that are omitted, with the reasons."""
    rows: dict[str, Row] = {}
    missing = []
    for answer in answers:
        row, reason = _row(answer)
        if row is None:
            missing.append(f"Figure 8 is without {answer.reference}: {reason}.")
        else:
            rows[row.run_id] = row
    for suffix in ("png", "svg") if rows else ():
        draw_curves(list(rows.values()), folder / f"figure_8.{suffix}")
    return missing if rows else ["Figure 8 is left out: no model has a tracked run with a Huber loss."]


def _row(answer: Answer) -> tuple[Row | None, str]:
    """Return the run of a model for `draw_curves`, or None and the reason."""
    if answer.card.target != "euler":
        return None, "its loss is not the Huber loss of Euler angles"
    run_id = _run_id(answer.reference)
    try:
        history = connect().get_metric_history(run_id, "loss") if run_id else []
    except MlflowException:
        history = []
    if not history:
        return None, "it has no tracked run with a training loss"
    return Row(_with_schedule(answer), run_id, answer.card.arch, "", "", {}), ""


def _run_id(reference: str) -> str | None:
    """Return the id of the run of a model, or None for a file or if the run does not exist."""
    if reference.endswith(".keras"):
        return None
    uri = reference if reference.startswith(MODEL_URIS) else f"runs:/{reference}/{MODEL_NAME}"
    try:
        return mlflow.models.get_model_info(uri).run_id
    except (MlflowException, OSError):
        return None
