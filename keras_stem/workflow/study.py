"""Execution of a study: consecutive trainings as child runs of one MLflow run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
from mlflow import MlflowClient

from keras_stem.errors import KerasStemError
from keras_stem.networks.checkpoints import IMAGENET
from keras_stem.scan.scan import Scan
from keras_stem.study.description import Study
from keras_stem.tracking.run import tracked_run
from keras_stem.tracking.store import connect
from keras_stem.tracking.studies import (
    CELL,
    STUDY,
    TrackedStudy,
    end_unfinished,
    finished_cells,
    unfinished_study,
)
from keras_stem.training.options import recipe_from_options
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import interrupted
from keras_stem.workflow.fit import fit, resume


@dataclass(frozen=True)
class StudyResult:
    """Result of a study.

    Parameters
    ----------
    study
        Tracked study with its recipes and the id of its parent run.
    failed
        Error messages of failed cells by cell name.
    """

    study: TrackedStudy
    failed: dict[str, str]


def run_study(
    study: Study,
    scan_path: str | Path,
    options: Mapping[str, Any] | None = None,
    pretrained: Mapping[str, str] | None = None,
    verbose: bool = False,
) -> StudyResult:
    """Train all cells of a study on a scan; the failure of a cell does not stop the others.

    Parameters
    ----------
    study
        Description of the study.
    scan_path
        Path of the scan with labels.
    options
        Options that override those of all cells; network options affect only the cells with that network.
    pretrained
        Replacement of ImageNet weights by architecture: a checkpoint or a registered model.
    verbose
        Whether to show progress.

    Returns
    -------
    StudyResult

    Raises
    ------
    KerasStemError
        If the options of a cell are invalid, or the scan cannot be used.
    """
    cells = {cell.name: _recipe(cell.options, options or {}, pretrained or {}) for cell in study.cells}
    with Scan(scan_path) as scan:
        fingerprint = scan.fingerprint
    client = connect(writing=True)
    with tracked_run(f"study {study.name}") as parent:
        tracked = TrackedStudy(
            parent.run_id, study.name, study.title, str(Path(scan_path).resolve()), fingerprint, cells
        )
        tracked.log()
        return _run_cells(client, tracked, verbose)


def resume_study(verbose: bool = False) -> StudyResult:
    """Resume the most recently started unfinished study; finished cells are not repeated.

    Raises
    ------
    KerasStemError
        If there is no unfinished study, or its scan has changed.
    """
    client = connect(writing=True)
    tracked = unfinished_study(client)
    with Scan(tracked.scan) as scan:
        if scan.fingerprint != tracked.fingerprint:
            raise KerasStemError(f"{tracked.scan} has changed since the study began; start the study again.")
    with tracked_run(tracked.name, tracked.run_id):
        return _run_cells(client, tracked, verbose)


def _recipe(cell: Mapping[str, Any], options: Mapping[str, Any], pretrained: Mapping[str, str]) -> Recipe:
    recipe_from_options(cell)  # raises an error for invalid options in the description
    given = {name: value for name, value in options.items() if value is not None}
    recipe = recipe_from_options({**cell, **given}, strict=False)
    if recipe.weights == IMAGENET:
        recipe = replace(recipe, weights=pretrained.get(recipe.arch, IMAGENET))
    return recipe


def _run_cells(client: MlflowClient, study: TrackedStudy, verbose: bool) -> StudyResult:
    done = finished_cells(client, study.run_id)
    failed = {}
    if verbose:
        print(study.title, flush=True)
    for number, (cell, recipe) in enumerate(study.cells.items(), 1):
        if verbose:
            state = ": finished before" if cell in done else ""
            print(f"Cell {number} of {len(study.cells)}, {cell}{state}", flush=True)
        if cell in done:
            continue
        try:
            _run_cell(client, study, cell, recipe, verbose)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("Interrupted; kstem study --resume continues the study.") from None
        except KerasStemError as error:
            failed[cell] = str(error)
            if verbose:
                print(f"  failed: {error}", flush=True)
        keras.utils.clear_session()
    if failed:
        end_unfinished()
    return StudyResult(study, failed)


def _run_cell(client: MlflowClient, study: TrackedStudy, cell: str, recipe: Recipe, verbose: bool) -> None:
    """Resume a cell that was interrupted, or start it."""
    for run_id in study.begun(client, cell):
        state = interrupted(run_id)
        if state:
            resume(state, verbose)
            return
    fit(study.scan, recipe, verbose, name=cell, tags={STUDY: study.name, CELL: cell})
