"""Studies in MLflow: a parent run with the description, and a child run for each cell."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.artifacts import load_dict
from mlflow.entities import LifecycleStage, Run
from mlflow.exceptions import MlflowException

from keras_stem.errors import KerasStemError
from keras_stem.tracking.run import RECIPE_FILE
from keras_stem.tracking.store import experiment
from keras_stem.training.recipe import Recipe

STUDY = "study"
CELL = "cell"
_KIND = "kind"
_DESCRIPTION = "study.json"
_MANY = 50_000
"""Largest number of runs that MLflow returns per request."""


@dataclass(frozen=True)
class TrackedStudy:
    """Study that is tracked in MLflow.

    Parameters
    ----------
    run_id
        Identifier of the parent run.
    name, title
        Name and title of the study.
    scan, fingerprint
        Path and fingerprint of the scan.
    cells
        Recipes by cell name.
    taken
        Identifiers of the finished trainings outside the study that cells are taken from, by cell name.
    """

    run_id: str
    name: str
    title: str
    scan: str
    fingerprint: str
    cells: dict[str, Recipe]
    taken: dict[str, str] = field(default_factory=dict)

    def log(self) -> None:
        """Log to the active run everything that is needed to resume the study."""
        mlflow.set_tags({_KIND: STUDY, STUDY: self.name, "scan_fingerprint": self.fingerprint})
        cells = {name: recipe.to_dict() for name, recipe in self.cells.items()}
        plain = {name: getattr(self, name) for name in ("title", "scan", "fingerprint", "taken")}
        mlflow.log_dict({**plain, "cells": cells}, _DESCRIPTION)

    def begun(self, client: MlflowClient, cell: str) -> list[str]:
        """Return the ids of the runs of a cell, newest first."""
        return [run.info.run_id for run in _children(client, self.run_id) if run.data.tags.get(CELL) == cell]


def end_unfinished() -> None:
    """End the active run of a study as FAILED, so that the study can be resumed later."""
    mlflow.end_run("FAILED")


def unfinished_study(client: MlflowClient) -> TrackedStudy:
    """Return the most recently started study that is not finished.

    Raises
    ------
    KerasStemError
        If there is no unfinished study.
    """
    for run in _search(client, f"tags.{_KIND} = '{STUDY}'"):
        if run.info.status != "FINISHED":
            return _read(client, run)
    raise KerasStemError("There is no unfinished study to resume.")


def last_study(client: MlflowClient, name: str) -> TrackedStudy:
    """Return the newest study with a name.

    Raises
    ------
    KerasStemError
        If there is no such study.
    """
    # The name may contain quotes and is therefore compared here instead of in the filter string.
    for run in _search(client, f"tags.{_KIND} = '{STUDY}'"):
        if run.data.tags[STUDY] == name:
            return _read(client, run)
    raise KerasStemError(f"There is no study {name!r} among the tracked runs; kstem study runs one.")


def unfinished_twin(client: MlflowClient, study: TrackedStudy, backend: str) -> TrackedStudy | None:
    """Return the newest unfinished study of the same name, recipes, scan and backend, or None."""
    for run in _search(client, f"tags.{_KIND} = '{STUDY}'"):
        if run.info.status == "FINISHED" or run.data.tags[STUDY] != study.name:
            continue
        found = _readable(client, run)
        same = found and (found.cells, found.fingerprint) == (study.cells, study.fingerprint)
        backends = {child.data.tags.get("backend", backend) for child in _children(client, run.info.run_id)}
        if same and backends <= {backend}:
            return found
    return None


def finished_cells(client: MlflowClient, study: TrackedStudy) -> dict[str, Run]:
    """Return the newest finished run of each cell of a study, by cell name."""
    done: dict[str, Run] = {}
    for run in _children(client, study.run_id):
        if run.info.status == "FINISHED":
            done.setdefault(run.data.tags.get(CELL, ""), run)
    taken = {cell: _finished(client, run_id) for cell, run_id in study.taken.items()}
    return {cell: run for cell, run in taken.items() if run} | done


def _finished(client: MlflowClient, run_id: str) -> Run | None:
    """Return a run, or None if it was deleted or is not finished."""
    try:
        run = client.get_run(run_id)
    except MlflowException:
        return None
    present = run.info.lifecycle_stage == LifecycleStage.ACTIVE and run.info.status == "FINISHED"
    return run if present else None


def finished_recipes(client: MlflowClient, fingerprint: str, backend: str) -> dict[Recipe, str]:
    """Return the ids of the newest finished trainings on a scan and a backend, by recipe."""
    found: dict[Recipe, str] = {}
    for recipe, run in _recipes(client, fingerprint, f"tags.backend = '{backend}'"):
        found.setdefault(recipe, run.info.run_id)
    return found


def backends_elsewhere(client: MlflowClient, fingerprint: str, backend: str) -> dict[Recipe, str]:
    """Return the backends of the newest finished trainings on a scan with other backends, by recipe."""
    found: dict[Recipe, str] = {}
    for recipe, run in _recipes(client, fingerprint, f"tags.backend != '{backend}'"):
        found.setdefault(recipe, run.data.tags["backend"])
    return found


def _recipes(client: MlflowClient, fingerprint: str, condition: str) -> Iterator[tuple[Recipe, Run]]:
    """Yield the recipes and the runs of the finished trainings on a scan, newest first."""
    on_scan = f"attributes.status = 'FINISHED' and tags.scan_fingerprint = '{fingerprint}'"
    for run in _search(client, f"{on_scan} and {condition}"):
        with contextlib.suppress(MlflowException, OSError, KerasStemError):  # missing, or of another version
            yield Recipe.from_dict(load_dict(f"{run.info.artifact_uri}/{RECIPE_FILE}")), run


def finished_trainings(client: MlflowClient) -> list[Run]:
    """Return the runs of all finished trainings, newest first."""
    runs = _search(client, "attributes.status = 'FINISHED'")
    return [run for run in runs if "arch" in run.data.tags and run.data.tags.get(_KIND) != STUDY]


def _children(client: MlflowClient, parent: str) -> list[Run]:
    return _search(client, f"tags.`mlflow.parentRunId` = '{parent}'")


def _search(client: MlflowClient, condition: str) -> list[Run]:
    order = ["attributes.start_time DESC"]
    return list(client.search_runs([experiment(client)], condition, max_results=_MANY, order_by=order))


def _readable(client: MlflowClient, run: Run) -> TrackedStudy | None:
    """Return a study, or None if its description is missing or of another version."""
    try:
        return _read(client, run)
    except (KerasStemError, MlflowException, OSError, ValueError, TypeError):
        return None


def _read(client: MlflowClient, run: Run) -> TrackedStudy:
    path = client.download_artifacts(run.info.run_id, _DESCRIPTION)
    plain = json.loads(Path(path).read_text(encoding="utf-8"))
    cells = {name: Recipe.from_dict(recipe) for name, recipe in plain.pop("cells").items()}
    return TrackedStudy(run.info.run_id, run.data.tags[STUDY], cells=cells, **plain)
