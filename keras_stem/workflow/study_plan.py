"""Plan of a study: what is to be trained, and how long that takes at most."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
from mlflow import MlflowClient

from keras_stem.study.description import Study
from keras_stem.tracking.store import connect
from keras_stem.tracking.studies import TrackedStudy, finished_cells
from keras_stem.training.data import training_data
from keras_stem.training.duration import seconds_per_epoch
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import interrupted
from keras_stem.workflow.study import planned_study, with_stored_cells


@dataclass(frozen=True)
class PlannedCell:
    """Cell of a study before its training.

    Parameters
    ----------
    name
        Name of the cell.
    finished
        Number of epochs of an interrupted training that will be continued.
    epochs
        Largest number of epochs that remain; 0 if the training is finished.
    epoch_seconds
        Duration of an epoch, without validation, on this machine; 0 if the training is finished.
    """

    name: str
    finished: int
    epochs: int
    epoch_seconds: float

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

    Parameters and errors are those of `keras_stem.workflow.study.run_study`.
    """
    client = connect()
    planned = planned_study(study, scan_path, options, pretrained)
    if missing:
        planned = with_stored_cells(client, planned)
    done = finished_cells(client, planned)
    measured: dict[Recipe, float] = {}
    cells = []
    for name, recipe in planned.cells.items():
        if name in done:
            cells.append(PlannedCell(name, 0, 0, 0.0))
            continue
        alike = _alike(recipe)
        if alike not in measured:
            measured[alike] = _measured(alike, planned.scan)
        begun = _begun(client, planned, name)
        cells.append(PlannedCell(name, begun, recipe.max_epochs - begun, measured[alike]))
    return cells


def _alike(recipe: Recipe) -> Recipe:
    """Return the recipe without what does not change the duration of an epoch."""
    return replace(
        recipe, weights=None, freeze=0, learning_rate=1e-3, schedule="constant", max_epochs=1, seed=0
    )


def _measured(recipe: Recipe, scan: str) -> float:
    with training_data(recipe, scan) as data:
        seconds = seconds_per_epoch(data, recipe)
    keras.utils.clear_session()
    return seconds


def _begun(client: MlflowClient, study: TrackedStudy, cell: str) -> int:
    """Return the number of finished epochs of the interrupted training of a cell."""
    if not study.run_id:
        return 0
    states = [interrupted(run_id) for run_id in study.begun(client, cell)]
    return next((state.epochs for state in states if state), 0)
