"""Dry run of a study: what would be trained, and how long that would take at most."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import keras
from mlflow import MlflowClient

from keras_stem.errors import KerasStemError
from keras_stem.study.description import Study
from keras_stem.tracking.store import connect, present, tracking_uri
from keras_stem.tracking.studies import TrackedStudy, finished_cells
from keras_stem.training.data import training_data
from keras_stem.training.data_settings import ScanData
from keras_stem.training.duration import seconds_per_epoch
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import interrupted
from keras_stem.workflow.fit import initial_weights
from keras_stem.workflow.study_plan import (
    other_backends,
    planned_study,
    require_local_store,
    with_stored_cells,
)


@dataclass(frozen=True)
class PlannedCell:
    """Cell of a study before its training.

    Parameters
    ----------
    name
        Name of the cell.
    state
        State of the training: "finished", "new", "new (finished with torch)", "after epoch 3" or "fails".
    epochs
        Largest number of epochs that remain.
    epoch_seconds
        Duration of an epoch, without validation, on this machine.
    failure
        Reason why the cell cannot be trained; empty if it can.
    """

    name: str
    state: str
    epochs: int = 0
    epoch_seconds: float = 0.0
    failure: str = ""

    @property
    def seconds(self) -> float:
        """Longest duration of the training."""
        return self.epochs * self.epoch_seconds


def plan_study(
    study: Study,
    scan_path: str | Path,
    options: Mapping[str, Any] | None = None,
    pretrained: Mapping[str, str] | None = None,
    missing: bool = False,
) -> list[PlannedCell]:
    """Return what a study would train; a few steps of each network are measured, and nothing is stored.

    A cell that cannot be trained does not stop the others. Parameters and errors are those of
    `keras_stem.workflow.study.run_study`.
    """
    planned = planned_study(study, scan_path, options, pretrained)
    done: Collection[str] = ()
    begun: dict[str, int] = {}
    elsewhere: dict[str, str] = {}
    if missing:
        require_local_store()
    if missing and present(tracking_uri()):
        client = connect()
        planned = with_stored_cells(client, planned)
        done, begun = finished_cells(client, planned), _begun(client, planned)
        elsewhere = other_backends(client, planned)
    measured = cache(partial(_measured, planned.scan))
    return [
        PlannedCell(name, "finished")
        if name in done
        else _planned(name, recipe, begun.get(name, 0), elsewhere.get(name, ""), measured)
        for name, recipe in planned.cells.items()
    ]


def _planned(
    name: str, recipe: Recipe, begun: int, elsewhere: str, measured: Callable[[Recipe], float]
) -> PlannedCell:
    try:
        initial_weights(recipe)
        seconds = measured(_alike(recipe))
    except KerasStemError as error:
        return PlannedCell(name, "fails", failure=str(error))
    return PlannedCell(name, _state(begun, elsewhere), recipe.max_epochs - begun, seconds)


def _state(begun: int, elsewhere: str) -> str:
    if begun:
        return f"after epoch {begun}"
    return f"new (finished with {elsewhere})" if elsewhere else "new"


def _alike(recipe: Recipe) -> Recipe:
    """Return the recipe without what does not change the duration of an epoch."""
    seed = 0 if isinstance(recipe.data, ScanData) and recipe.data.split == "random" else recipe.seed
    return replace(
        recipe, weights=None, freeze=0, learning_rate=1e-3, schedule="constant", max_epochs=1, seed=seed
    )


def _measured(scan: str, recipe: Recipe) -> float:
    with training_data(recipe, scan) as data:
        seconds = seconds_per_epoch(data, recipe)
    keras.utils.clear_session()
    return seconds


def _begun(client: MlflowClient, study: TrackedStudy) -> dict[str, int]:
    """Return the numbers of finished epochs of interrupted trainings, by cell."""
    found = {}
    for cell in study.cells if study.run_id else ():
        states = [interrupted(run_id) for run_id in study.begun(client, cell)]
        found[cell] = next((state.epochs for state in states if state), 0)
    return found
