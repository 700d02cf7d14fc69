"""Execution of a study: trainings as child runs of one MLflow run."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.study.description import Study
from keras_stem.tracking.run import tracked_run
from keras_stem.tracking.run_store import RunStore, run_store
from keras_stem.tracking.studies import (
    TrackedStudy,
    end_unfinished,
    finished_cells,
    unfinished_study,
)
from keras_stem.training.state import held
from keras_stem.workflow.compare import Row, study_rows
from keras_stem.workflow.study_cells import train_here, train_on_workers
from keras_stem.workflow.study_plan import planned_study, require_local_store, with_stored_cells

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True)
class StudyResult:
    """Result of a study.

    Parameters
    ----------
    study
        Tracked study with its recipes and the id of its parent run.
    failed
        Error messages of failed cells by cell name.
    rows
        Finished cells, in the order of the study.
    """

    study: TrackedStudy
    failed: dict[str, str]
    rows: list[Row]


def run_study(
    study: Study,
    scan_path: str | Path,
    options: Mapping[str, Any] | None = None,
    pretrained: Mapping[str, str] | None = None,
    verbose: bool = False,
    client: "Client | None" = None,
    tell: Callable[[str], None] = lambda line: None,
    missing: bool = False,
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
    client
        Client of a Dask cluster, whose workers train the cells side by side. They see the scan under the same
        path, and restart a cell whose worker has died.
    tell
        Function that is called with a note if a tracking server does not take the runs.
    missing
        Whether to train only what is missing: an unfinished study with the same name, recipes and scan is
        continued, and cells whose recipe was trained on this scan and backend before are taken from there.

    Returns
    -------
    StudyResult

    Raises
    ------
    KerasStemError
        If the options of a cell are invalid, or the scan cannot be used.
    """
    planned = planned_study(study, scan_path, options, pretrained)
    if missing:
        require_local_store()
    with run_store(tell=tell) as store:
        if missing:
            planned = with_stored_cells(store.client, planned)
        return _run(store, planned, verbose, client)


def resume_study(
    verbose: bool = False,
    client: "Client | None" = None,
    tell: Callable[[str], None] = lambda line: None,
) -> StudyResult:
    """Resume the most recently started unfinished study; finished cells are not repeated.

    Parameters are those of `run_study`.

    Raises
    ------
    KerasStemError
        If there is no unfinished study, or its scan has changed.
    """
    with run_store(tell=tell) as store:
        tracked = unfinished_study(store.client)
        with Scan(tracked.scan) as scan:
            if scan.fingerprint != tracked.fingerprint:
                raise KerasStemError(
                    f"{tracked.scan} has changed since the study began; start the study again."
                )
        return _run(store, tracked, verbose, client)


def _run(store: RunStore, study: TrackedStudy, verbose: bool, client: "Client | None") -> StudyResult:
    """Run a study that is planned, or continue one that was interrupted."""
    with contextlib.ExitStack() as stack:
        if study.run_id:  # before the run is changed
            stack.enter_context(held(store.states, study.run_id))
        parent = stack.enter_context(tracked_run(store, f"study {study.name}", study.run_id or None))
        if not study.run_id:
            stack.enter_context(held(store.states, parent.run_id))
        tracked = replace(study, run_id=parent.run_id)
        tracked.log()
        return _run_cells(store, tracked, verbose, client)


def _run_cells(store: RunStore, study: TrackedStudy, verbose: bool, client: "Client | None") -> StudyResult:
    done = finished_cells(store.client, study)
    left = {cell: recipe for cell, recipe in study.cells.items() if cell not in done}
    numbers = {
        cell: f"Cell {number} of {len(study.cells)}, {cell}" for number, cell in enumerate(study.cells, 1)
    }
    if verbose:
        before = [f"{numbers[cell]}: finished before" for cell in study.cells if cell in done]
        print("\n".join([study.title, *before]), flush=True)
    if client:
        results = train_on_workers(store, study, left, client)
    else:
        results = train_here(store, study, left, verbose, numbers)
    failed = {}
    try:
        for cell, error in results:
            if error:
                failed[cell] = str(error)
            if verbose and (error or client):
                print(f"{numbers[cell]}: {f'failed: {error}' if error else 'finished'}", flush=True)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("Interrupted; kstem study --resume continues the study.") from None
    if failed:
        end_unfinished()
    return StudyResult(study, failed, study_rows(store.client, study))
