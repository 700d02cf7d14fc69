"""Which MLflow store is used."""

import logging
import os
from pathlib import Path

from keras_stem.files import complete_file, existing_folder

EXPERIMENT = "keras_stem"
DEFAULT_FOLDER = Path("mlruns")
_SQLITE = "sqlite:///"


def tracking_uri() -> str:
    """Return the URI of the store: ``MLFLOW_TRACKING_URI``, or ``sqlite:///mlruns/mlflow.db``."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"{_SQLITE}{DEFAULT_FOLDER}/mlflow.db"


def absolute_uri() -> str:
    """Return the URI of the store so that it holds in any folder."""
    uri = tracking_uri()
    if not uri.startswith(_SQLITE):
        return uri
    return f"{_SQLITE}{Path(uri.removeprefix(_SQLITE)).resolve()}"


def experiment(client) -> str:
    """Return the id of our experiment; a new one keeps its artifacts beside the database."""
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return found.experiment_id
    from mlflow.exceptions import MlflowException

    uri = absolute_uri()
    beside = Path(uri.removeprefix(_SQLITE)).parent / "artifacts" if uri.startswith(_SQLITE) else None
    try:
        return client.create_experiment(EXPERIMENT, artifact_location=beside.as_uri() if beside else None)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return client.get_experiment_by_name(EXPERIMENT).experiment_id


def connect(uri: str | None = None):
    """Connect MLflow to its store and return a client.

    Parameters
    ----------
    uri
        Of the store; `tracking_uri` by default, whose folder is created.

    Returns
    -------
    mlflow.MlflowClient
    """
    _quieten()
    import mlflow

    if uri is None:
        uri = tracking_uri()
    if uri.startswith(_SQLITE):
        existing_folder(Path(uri.removeprefix(_SQLITE)).parent)
        _create_database(Path(uri.removeprefix(_SQLITE)))
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow.MlflowClient()


def _create_database(path: Path) -> None:
    """Create the database of a store, which appears when its tables are complete.

    MLflow creates them one by one at the first connection; what is killed meanwhile, or meets another process
    that does the same, leaves a database that nobody can use.
    """
    import mlflow

    if path.exists():
        return
    with complete_file(path, replace=False) as partial:
        mlflow.MlflowClient(f"{_SQLITE}{partial}").search_experiments(max_results=1)


def _quieten() -> None:
    """Leave MLflow's and its database's news of migrations and registrations out of the terminal."""
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name in ("alembic", "mlflow"):
        logging.getLogger(name).setLevel(logging.WARNING)
