"""Resolution of model references to models."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from keras_stem.choices import MODEL_URIS
from keras_stem.errors import KerasStemError, reason_of
from keras_stem.models.orientation_model import OrientationModel, load_keras_file
from keras_stem.tracking.registry import CHAMPION, all_registered, holder, registered_name
from keras_stem.tracking.run import KERAS_FILE, MODEL_NAME
from keras_stem.tracking.store import open_client, refer_to, same_store_for_active_run, tracking_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient

_RUN_ID = re.compile(r"[0-9a-f]{32}")


def load_model(reference: str | Path, client: "MlflowClient | None" = None) -> OrientationModel:
    """Load a model.

    Parameters
    ----------
    reference
        Path of a ``.keras`` file, a ``models:/`` or ``runs:/`` URI, or the id of a run.
    client
        Client of the store of the model; that of `keras_stem.tracking.store.tracking_uri` by default.

    Returns
    -------
    OrientationModel

    Raises
    ------
    KerasStemError
        If the model does not exist or cannot be read.
    """
    text = os.fspath(reference)
    if text.endswith(".keras"):
        return load_keras_file(text)
    if _RUN_ID.fullmatch(text):
        text = f"runs:/{text}/{MODEL_NAME}"
    if not text.startswith(MODEL_URIS):
        raise KerasStemError(
            f"Expected a .keras file, a models:/ URI or the id of a run as the model, found {text!r}."
        )
    return load_keras_file(_download(text, client))


def best_reference(phase: str | None, alias: str | None = None) -> str:
    """Return the URI of the best model of a phase, with its version number, since aliases can be reassigned.

    Parameters
    ----------
    phase
        Name of the phase; None if the scan has no labels, in which case the store must contain registered
        models of a single phase.
    alias
        Alias of the model: "champion" (the default), or an architecture.

    Raises
    ------
    KerasStemError
        If there is no such model, or models of several phases match.
    """
    client = open_client()
    names = [model.name for model in all_registered(client)]
    wanted = names if phase is None else [name for name in names if name == registered_name(phase)]
    if not wanted:
        of_phase = f" of {phase}" if phase else ""
        raise KerasStemError(
            f"There is no registered model{of_phase} in {tracking_uri()}; train one with kstem fit, "
            "or name one with --model."
        )
    if len(wanted) > 1:
        raise KerasStemError(
            f"There are models of several phases ({', '.join(wanted)}); choose one with --model."
        )
    best = holder(client, wanted[0], alias or CHAMPION)
    if best is None:
        raise KerasStemError(
            f"No model of {wanted[0]} has the alias {alias or CHAMPION}; choose one with --model."
        )
    return f"models:/{best.name}/{best.version}"


def _download(uri: str, client: "MlflowClient | None") -> Path:
    """Download the Keras file of a logged model.

    Only this file is downloaded: when a whole model is downloaded, MLflow records this in the folder of the
    model, which fails in a read-only store.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    try:
        with same_store_for_active_run():
            refer_to(client or open_client())  # MLflow resolves models:/ URIs in its current store only
            return Path(download_artifacts(f"{uri}/{KERAS_FILE}"))
    except (MlflowException, OSError) as error:
        raise KerasStemError(
            f"Cannot load the model {uri} from {tracking_uri()}: {reason_of(error)}"
        ) from error
