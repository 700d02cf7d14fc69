"""Which MLflow store is used."""

import logging
import os
from pathlib import Path

from keras_stem.files import existing_folder

EXPERIMENT = "keras_stem"
DEFAULT_FOLDER = Path("mlruns")


def tracking_uri() -> str:
    """Return the URI of the store: ``MLFLOW_TRACKING_URI``, or ``sqlite:///mlruns/mlflow.db``."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{DEFAULT_FOLDER}/mlflow.db"


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
    if uri.startswith("sqlite:///"):
        existing_folder(Path(uri.removeprefix("sqlite:///")).parent)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow.MlflowClient()


def _quieten() -> None:
    """Leave MLflow's and its database's news of migrations and registrations out of the terminal."""
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name in ("alembic", "mlflow"):
        logging.getLogger(name).setLevel(logging.WARNING)
