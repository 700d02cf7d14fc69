"""Connection to the MLflow store."""

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keras_stem.files import complete_file
from keras_stem.tracking.database import EXPERIMENT, artifact_folder, usable_database
from keras_stem.tracking.server import require_answer

if TYPE_CHECKING:
    from mlflow import MlflowClient

DEFAULT_FOLDER = Path("mlruns")
_SQLITE = "sqlite:///"


def tracking_uri() -> str:
    """Return the URI of the store: ``MLFLOW_TRACKING_URI``, or ``sqlite:///mlruns/mlflow.db``."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"{_SQLITE}{DEFAULT_FOLDER}/mlflow.db"


def absolute_uri() -> str:
    """Return the URI of the store with an absolute path."""
    uri = tracking_uri()
    if not uri.startswith(_SQLITE):
        return uri
    return f"{_SQLITE}{Path(uri.removeprefix(_SQLITE)).resolve()}"


def present(uri: str) -> bool:
    """Return whether a store may exist at a URI: its database file exists, or it is not a SQLite URI."""
    return not uri.startswith(_SQLITE) or Path(uri.removeprefix(_SQLITE)).is_file()


def experiment(client) -> str:
    """Return the id of the keras_stem experiment, which is created with artifacts beside the database."""
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return found.experiment_id
    from mlflow.exceptions import MlflowException

    uri = client.tracking_uri
    beside = artifact_folder(Path(uri.removeprefix(_SQLITE))) if uri.startswith(_SQLITE) else None
    try:
        return client.create_experiment(EXPERIMENT, artifact_location=beside.as_uri() if beside else None)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return client.get_experiment_by_name(EXPERIMENT).experiment_id


def connect(uri: str | None = None, writing: bool = False) -> "MlflowClient":
    """Return the client of a store, to which the functions of MLflow also refer from now on.

    Parameters and errors are those of `open_client`.
    """
    client = open_client(uri, writing)
    refer_to(client)
    return client


def open_client(uri: str | None = None, writing: bool = False) -> "MlflowClient":
    """Return the client of a store.

    Parameters
    ----------
    uri
        URI of the store, `tracking_uri` by default; the folder of a SQLite database is created.
    writing
        Whether runs will be written. If not, read-only stores are accepted.

    Returns
    -------
    mlflow.MlflowClient

    Raises
    ------
    KerasStemError
        If the store cannot be opened or written, or the server does not answer.
    """
    _quieten()
    uri = uri or tracking_uri()
    if uri.startswith("http"):
        require_answer(uri)
    if uri.startswith(_SQLITE):
        # Absolute, because MLflow caches stores by URI, also after the working directory has changed.
        database = usable_database(Path(uri.removeprefix(_SQLITE)), writing).resolve()
        _create_database(database)
        uri = f"{_SQLITE}{database}"
    import mlflow

    return mlflow.MlflowClient(uri, uri)


def refer_to(client: "MlflowClient") -> None:
    """Let the functions of MLflow refer to the store of a client."""
    import mlflow

    with _same_environment("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        mlflow.set_tracking_uri(client.tracking_uri)
        mlflow.set_registry_uri(client.tracking_uri)


@contextlib.contextmanager
def same_store_for_active_run() -> Iterator[None]:
    """Let the functions of MLflow refer to the same store as before at the end, if a run is active."""
    import mlflow

    before = mlflow.MlflowClient() if mlflow.active_run() else None
    try:
        yield
    finally:
        if before:
            refer_to(before)


@contextlib.contextmanager
def _same_environment(*names: str) -> Iterator[None]:
    """Restore environment variables at the end of the context.

    MLflow sets them, and `tracking_uri` would mistake them for settings of the user.
    """
    before = {name: os.environ.get(name) for name in names}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _create_database(path: Path) -> None:
    """Create the database of a store atomically, with all its tables.

    MLflow creates the tables one by one at the first connection; if the process is killed meanwhile, or
    another process does the same concurrently, an unusable database remains.
    """
    import mlflow

    if path.exists():
        return
    with complete_file(path, replace=False) as partial:
        mlflow.MlflowClient(f"{_SQLITE}{partial}").search_experiments(max_results=1)


def _quieten() -> None:
    """Suppress messages of MLflow and Alembic about migrations, runs and registrations in the terminal."""
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name in ("alembic", "mlflow"):
        logging.getLogger(name).setLevel(logging.WARNING)
