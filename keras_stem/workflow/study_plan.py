"""Plan of a study: the recipes of its cells, and what a store has of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
from mlflow import MlflowClient

from keras_stem.errors import KerasStemError
from keras_stem.networks.checkpoints import IMAGENET
from keras_stem.scan.scan import Scan
from keras_stem.study.description import Study
from keras_stem.tracking.store import tracking_uri
from keras_stem.tracking.studies import (
    TrackedStudy,
    backends_elsewhere,
    finished_cells,
    finished_recipes,
    unfinished_twin,
)
from keras_stem.training.options import recipe_from_options
from keras_stem.training.recipe import Recipe


def require_local_store() -> None:
    """Raise `KerasStemError` if the tracking store is a server, whose finished trainings are not searched."""
    if tracking_uri().startswith("http"):
        raise KerasStemError(
            "Expected a local tracking store for --missing, found a server; set MLFLOW_TRACKING_URI to one "
            "such as sqlite:///mlruns/mlflow.db."
        )


def planned_study(
    study: Study,
    scan_path: str | Path,
    options: Mapping[str, Any] | None = None,
    pretrained: Mapping[str, str] | None = None,
) -> TrackedStudy:
    """Return a study with the recipes of its cells, without a run.

    Parameters and errors are those of `keras_stem.workflow.study.run_study`.
    """
    cells = {cell.name: _recipe(cell.options, options or {}, pretrained or {}) for cell in study.cells}
    with Scan(scan_path) as scan:
        path, fingerprint = str(Path(scan_path).resolve()), scan.fingerprint
    return TrackedStudy("", study.name, study.title, path, fingerprint, cells)


def with_stored_cells(client: MlflowClient, planned: TrackedStudy) -> TrackedStudy:
    """Return a planned study, or the unfinished one that equals it, with finished trainings of a store."""
    backend = keras.backend.backend()
    started = unfinished_twin(client, planned, backend)
    study = replace(started, scan=planned.scan) if started else planned
    left = study.cells.keys() - finished_cells(client, study).keys()
    stored = finished_recipes(client, planned.fingerprint, backend)
    taken = {cell: stored[study.cells[cell]] for cell in left if study.cells[cell] in stored}
    return replace(study, taken=study.taken | taken)


def other_backends(client: MlflowClient, study: TrackedStudy) -> dict[str, str]:
    """Return the other backend with which a training of each cell was finished last, by cell."""
    elsewhere = backends_elsewhere(client, study.fingerprint, keras.backend.backend())
    return {cell: elsewhere[recipe] for cell, recipe in study.cells.items() if recipe in elsewhere}


def _recipe(cell: Mapping[str, Any], options: Mapping[str, Any], pretrained: Mapping[str, str]) -> Recipe:
    recipe_from_options(cell)  # raises an error for invalid options in the description
    given = {name: value for name, value in options.items() if value is not None}
    recipe = recipe_from_options({**cell, **given}, strict=False)
    if recipe.weights == IMAGENET:
        recipe = replace(recipe, weights=pretrained.get(recipe.arch, IMAGENET))
    return recipe
