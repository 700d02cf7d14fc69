"""Trainings of the cells of a study, one after the other or by the workers of a Dask cluster."""

import io
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import keras
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from keras_stem.errors import KerasStemError
from keras_stem.tracking.database import artifact_folder, follow_folder
from keras_stem.tracking.run_copy import RunCopy
from keras_stem.tracking.run_store import RunStore, run_store
from keras_stem.tracking.scores import recorded_median
from keras_stem.tracking.store import open_client
from keras_stem.tracking.studies import CELL, STUDY, TrackedStudy
from keras_stem.training.data import training_data
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import interrupted
from keras_stem.workflow.fit import fit, resume
from keras_stem.workflow.publication import publish_model

if TYPE_CHECKING:
    from distributed import Client

_DATABASE = "mlflow.db"

_ONE_AT_A_TIME = Lock()
"""MLflow and Keras have global state, so that the threads of a worker train one after the other."""


def train_here(
    store: RunStore,
    study: TrackedStudy,
    cells: Mapping[str, Recipe],
    verbose: bool,
    titles: Mapping[str, str],
) -> Iterator[tuple[str, KerasStemError | None]]:
    """Train the cells of a study one after the other; yield their names with their errors."""
    for cell, recipe in cells.items():
        if verbose:
            print(titles[cell], flush=True)
        try:
            _train(store, study, cell, recipe, verbose)
            yield cell, None
        except KerasStemError as error:
            yield cell, error
        keras.utils.clear_session()


def _train(store: RunStore, study: TrackedStudy, cell: str, recipe: Recipe, verbose: bool) -> None:
    """Resume a cell that was interrupted, or start it."""
    for run_id in study.begun(store.client, cell):
        state = interrupted(run_id)
        if state:
            state.scan = study.scan  # the same scan may have moved
            resume(state, verbose, store=store)
            return
    fit(study.scan, recipe, verbose, name=cell, tags=_tags(study, cell), store=store)


def train_on_workers(
    store: RunStore, study: TrackedStudy, cells: Mapping[str, Recipe], client: "Client"
) -> Iterator[tuple[str, KerasStemError | None]]:
    """Train the cells of a study side by side; yield their names with their errors as they are completed.

    Workers train with a store of their own, from which this process alone writes the runs to that of the
    study.
    """
    from keras_stem.cluster.blocks import completed_of

    items = {cell: _Cell(cell, recipe.to_dict(), _tags(study, cell)) for cell, recipe in cells.items()}
    for cell, result in completed_of(client, CellTask(study.scan), items):
        if isinstance(result, KerasStemError):
            yield cell, result
        else:
            try:
                _record(store, study, cells[cell], result)
                yield cell, None
            except KerasStemError as error:
                yield cell, error


def _tags(study: TrackedStudy, cell: str) -> dict[str, str]:
    return {STUDY: study.name, CELL: cell}


@dataclass(frozen=True)
class _Cell:
    """Cell of a study in plain types."""

    name: str
    recipe: dict
    tags: dict[str, str]


@dataclass(frozen=True)
class CellTask:
    """Task of the workers that train cells.

    Parameters
    ----------
    scan
        Path of the scan.
    """

    scan: str

    def ready(self) -> Callable[["_Cell"], "_Archive"]:
        """Return the function that trains a cell and returns the archive of the store of its run."""
        return self._trained

    def _trained(self, cell: _Cell) -> "_Archive":
        with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="keras_stem-") as folder:
            uri = f"sqlite:///{folder}/{_DATABASE}"
            with run_store(uri, states=Path(folder, "states")) as store:
                result = fit(
                    self.scan, Recipe.from_dict(cell.recipe), name=cell.name, tags=cell.tags, store=store
                )
            keras.utils.clear_session()
            return _Archive(result.run_id, _packed(Path(folder)))


@dataclass(frozen=True)
class _Archive:
    """Store of a run as the bytes of an archive."""

    run_id: str
    content: bytes


def _packed(folder: Path) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.add(folder, arcname=".")
    return content.getvalue()


def _record(store: RunStore, study: TrackedStudy, recipe: Recipe, archive: _Archive) -> None:
    """Copy the run of a cell to the store of the study, and publish its model."""
    with tempfile.TemporaryDirectory(prefix="keras_stem-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.content)) as packed:
            packed.extractall(folder, filter="data")
        database = Path(folder, _DATABASE)
        follow_folder(database, artifact_folder(database))
        source = open_client(f"sqlite:///{database}")
        copy = RunCopy(source, store.client, archive.run_id, {MLFLOW_PARENT_RUN_ID: study.run_id})
        store.follow(copy.run_id)
        try:
            copy.finish()
        except BaseException:
            store.client.set_terminated(copy.run_id, "FAILED")
            raise
    median = recorded_median(store.client.get_run(copy.run_id))
    with training_data(recipe, study.scan) as data:
        publish_model(store, copy.run_id, median, data)
