"""Whether a tracking server answers."""

import contextlib
import functools
import os
from collections.abc import Iterator

from keras_stem.errors import KerasStemError

_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": "5"}
"""MLflow's settings for the first request. It tries seven times by default, for minutes and without a word,
which is right for the requests of a long training, but not for an address that is wrong."""


@functools.cache
def require_answer(uri: str) -> None:
    """Ask a tracking server for an experiment, once for each process.

    Parameters
    ----------
    uri
        Its address, ``http://`` or ``https://``.

    Raises
    ------
    KerasStemError
        If it does not answer within some seconds, or refuses.
    """
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        with _little_patience():
            MlflowClient(uri).search_experiments(max_results=1)
    except MlflowException as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, OSError):  # as all errors of connections are
            raise KerasStemError(
                f"The tracking server {uri} does not answer ({type(cause).__name__}); start it, or correct "
                "MLFLOW_TRACKING_URI."
            ) from error
        reason = str(error).splitlines()[0]
        raise KerasStemError(f"The tracking server {uri} refuses the request: {reason}") from error


@contextlib.contextmanager
def _little_patience() -> Iterator[None]:
    """Wait for answers for some seconds inside the block, unless the user has set how long."""
    ours = {name: value for name, value in _PATIENCE.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]
