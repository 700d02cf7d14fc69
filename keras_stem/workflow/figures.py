"""Figures of a scan and its models, drawn and written to a folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from matplotlib.figure import Figure

from keras_stem.crystal.map_phases import single_phase
from keras_stem.errors import KerasStemError
from keras_stem.figures.context import Answer, FigureContext
from keras_stem.figures.registry import PAPER_FIGURES, figure_function
from keras_stem.figures.style import save_both
from keras_stem.files import complete_folder
from keras_stem.inference.scan_map import predict_map
from keras_stem.models.card import ModelCard
from keras_stem.networks.declaration import variant_name
from keras_stem.networks.registry import config_class, network_names
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import Thresholds, subset
from keras_stem.tracking.registry import holder, registered_name
from keras_stem.tracking.resolve import best_reference, load_model
from keras_stem.tracking.store import connect
from keras_stem.training.paper import paper_archs
from keras_stem.training.recipe import Recipe
from keras_stem.workflow.compare import named_study_rows

_NO_TITLES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class WrittenFigures:
    """Summary of the drawn figures.

    Parameters
    ----------
    written
        Names of the written figures, in the order in which they were drawn.
    models
        References of the models by their names in the figures.
    notes
        Lines about omitted figures or models, with the reasons.
    """

    written: tuple[str, ...]
    models: dict[str, str]
    notes: tuple[str, ...]


def best_models(phase: str) -> list[str]:
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


def study_models(name: str) -> dict[str, str]:
    """Return the names of the finished cells of the newest study with a name, by the ids of their runs.

    Raises
    ------
    KerasStemError
        If there is no such study, or none of its cells is finished.
    """
    found = {row.run_id: row.name for row in named_study_rows(name)}
    if not found:
        raise KerasStemError(f"No training of the study {name!r} is finished; kstem study --missing goes on.")
    return found


def _archs() -> list[str]:
    """Return the names of all networks: those of the paper in its order, then the others."""
    return [*paper_archs(), *(name for name in network_names() if name not in paper_archs())]


def write_figures(
    scan: Scan,
    references: list[str],
    folder: str | Path,
    names: Iterable[str] = PAPER_FIGURES,
    min_q: float | None = None,
    verbose: bool = False,
    titles: Mapping[str, str] = _NO_TITLES,
) -> WrittenFigures:
    """Draw figures of a scan and its models as PNG and SVG; each model is applied once.

    Parameters
    ----------
    scan
        Open scan with labels.
    references
        References of the models, as accepted by `load_model`.
    folder
        Output folder, which is created if necessary. All files appear together when they are complete.
    names
        Names of the figures, out of `keras_stem.figures.registry.figure_names`.
    min_q
        Smallest Q of DS_Q; that of the training of the first model by default.
    verbose
        Whether to show progress.
    titles
        Names of models by reference; the others are named by their networks.

    Returns
    -------
    WrittenFigures

    Raises
    ------
    KerasStemError
        If the scan has no labels, a figure is unknown, a model does not apply to the scan, or the folder
        cannot be written.
    """
    single_phase(scan.labels)
    functions = {name: figure_function(name) for name in names}
    answers = _named([_answer(reference, scan, verbose, titles.get(reference)) for reference in references])
    context = FigureContext(scan, tuple(answers), _visible(scan, answers[0].card, min_q))
    written = []
    with complete_folder(folder) as staging:
        for name, draw in functions.items():
            for stem, figure in _drawn(name, draw(context)):
                save_both(figure, staging, stem)
                written.append(stem)
    models = {answer.name: answer.reference for answer in answers}
    return WrittenFigures(tuple(written), models, tuple(context.notes))


def _drawn(name: str, drawn: Figure | Mapping[str, Figure] | None) -> Iterator[tuple[str, Figure]]:
    """Yield the figures of an entry by the stems of their file names."""
    several = drawn if isinstance(drawn, Mapping) else {name: drawn}
    for stem, figure in several.items():
        if isinstance(figure, Figure):
            yield stem, figure
        elif figure is not None:
            raise KerasStemError(f"Expected a matplotlib figure from {name}, found {type(figure).__name__}.")


def _answer(reference: str, scan: Scan, verbose: bool, title: str | None) -> Answer:
    model = load_model(reference)
    if verbose:
        print(f"{reference}, {model.card.arch}", flush=True)
    try:
        prediction = predict_map(model, scan, verbose)
    except KerasStemError as error:
        raise KerasStemError(f"Cannot apply {reference}: {error}") from error
    title = title or config_class(model.card.arch).title
    answer = Answer(title, reference, model.card, prediction)
    try:
        recipe = Recipe.from_dict(model.card.recipe)
    except KerasStemError:  # of another version
        return answer
    variant = variant_name(recipe.network, recipe.weights)
    return replace(answer, variant=variant, pretrained=recipe.weights is not None)


def _named(answers: list[Answer]) -> list[Answer]:
    """Return the answers with unique names, by network and, if necessary, variant, schedule and number."""
    answers = _told_apart(
        answers, lambda _, answer: f"{answer.name}, {answer.variant}" if answer.variant else answer.name
    )
    answers = _told_apart(answers, lambda _, answer: f"{answer.name}, {answer.card.schedule}")
    return _told_apart(answers, lambda number, answer: f"{answer.name} ({number})")


def _told_apart(answers: list[Answer], longer: Callable[[int, Answer], str]) -> list[Answer]:
    count = Counter(answer.name for answer in answers)
    return [
        replace(answer, name=longer(number, answer)) if count[answer.name] > 1 else answer
        for number, answer in enumerate(answers, 1)
    ]


def _visible(scan: Scan, card: ModelCard, min_q: float | None) -> np.ndarray:
    q = card.thresholds.q if min_q is None else min_q
    visible = np.zeros(len(scan), bool)
    visible[subset(scan.labels, "DS_Q", Thresholds(q=q))] = True
    return visible
