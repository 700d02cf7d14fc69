"""Studies as MLflow keeps them: a parent run with its description, and a child run for each cell."""

import json
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run

from keras_stem.errors import KerasStemError
from keras_stem.tracking.store import experiment
from keras_stem.training.recipe import Recipe

STUDY = "study"
CELL = "cell"
_KIND = "kind"
_DESCRIPTION = "study.json"
_MANY = 50_000
"""The most that MLflow gives at once."""


@dataclass(frozen=True)
class TrackedStudy:
    """A study that has begun.

    Parameters
    ----------
    run_id
        Of the parent run.
    name, title
        Of the study.
    scan, fingerprint
        Path of the scan, and what it held.
    cells
        Recipes by the names of the cells.
    """

    run_id: str
    name: str
    title: str
    scan: str
    fingerprint: str
    cells: dict[str, Recipe]

    def log(self) -> None:
        """Log all that is needed to go on with it to the active run."""
        mlflow.set_tags({_KIND: STUDY, STUDY: self.name, "scan_fingerprint": self.fingerprint})
        cells = {name: recipe.to_dict() for name, recipe in self.cells.items()}
        plain = {"title": self.title, "scan": self.scan, "fingerprint": self.fingerprint, "cells": cells}
        mlflow.log_dict(plain, _DESCRIPTION)

    def begun(self, client: MlflowClient, cell: str) -> list[str]:
        """Return the ids of the runs of a cell, the newest first."""
        return [run.info.run_id for run in _children(client, self.run_id) if run.data.tags.get(CELL) == cell]


def end_unfinished() -> None:
    """End the active run of a study as FAILED, so that the study can go on later."""
    mlflow.end_run("FAILED")


def unfinished_study(client: MlflowClient) -> TrackedStudy:
    """Return the study that was begun last and is not finished.

    Raises
    ------
    KerasStemError
        If there is none.
    """
    for run in _search(client, f"tags.{_KIND} = '{STUDY}'"):
        if run.info.status != "FINISHED":
            return _read(run)
    raise KerasStemError("There is no unfinished study to resume.")


def last_study(client: MlflowClient, name: str) -> TrackedStudy:
    """Return the newest study of a name.

    Raises
    ------
    KerasStemError
        If there is none.
    """
    # The name, which may hold quotes, is compared here and not in MLflow's condition.
    for run in _search(client, f"tags.{_KIND} = '{STUDY}'"):
        if run.data.tags[STUDY] == name:
            return _read(run)
    raise KerasStemError(f"There is no study {name!r} among the tracked runs; kstem study runs one.")


def finished_cells(client: MlflowClient, study: str) -> dict[str, Run]:
    """Return the newest finished run of each cell of a study, by the cell's name."""
    done: dict[str, Run] = {}
    for run in _children(client, study):
        if run.info.status == "FINISHED":
            done.setdefault(run.data.tags.get(CELL, ""), run)
    return done


def finished_trainings(client: MlflowClient) -> list[Run]:
    """Return all finished trainings, the newest first."""
    runs = _search(client, "attributes.status = 'FINISHED'")
    return [run for run in runs if "arch" in run.data.tags and run.data.tags.get(_KIND) != STUDY]


def _children(client: MlflowClient, parent: str) -> list[Run]:
    return _search(client, f"tags.`mlflow.parentRunId` = '{parent}'")


def _search(client: MlflowClient, condition: str) -> list[Run]:
    order = ["attributes.start_time DESC"]
    return list(client.search_runs([experiment(client)], condition, max_results=_MANY, order_by=order))


def _read(run: Run) -> TrackedStudy:
    path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=_DESCRIPTION)
    plain = json.loads(Path(path).read_text(encoding="utf-8"))
    cells = {name: Recipe.from_dict(recipe) for name, recipe in plain.pop("cells").items()}
    return TrackedStudy(run.info.run_id, run.data.tags[STUDY], cells=cells, **plain)
