"""Check of the connection to a tracking server."""

import contextlib
import functools
import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from keras_stem.errors import KerasStemError, reason_of

SECONDS = 5
"""Time after which a server that does not answer a request is said to be absent."""


@functools.cache
def require_answer(uri: str) -> None:
    """Request an experiment from a tracking server, once per process.

    Parameters
    ----------
    uri
        URI of the server, ``http://`` or ``https://``.

    Raises
    ------
    KerasStemError
        If the server does not answer within some seconds, or rejects the request.
    """
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        with little_patience():
            MlflowClient(uri).search_experiments(max_results=1)
    except MlflowException as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, OSError):  # the base class of all connection errors
            raise KerasStemError(
                f"The tracking server {without_password(uri)} does not answer ({type(cause).__name__}); "
                "start it, or correct MLFLOW_TRACKING_URI."
            ) from error
        raise KerasStemError(
            f"The tracking server {without_password(uri)} rejects the request: {reason_of(error)}"
        ) from error


def is_of_server(error: BaseException) -> bool:
    """Return whether an error means that a server does not answer or fails, rather than refuses a request."""
    causes = (error, error.__cause__, error.__context__)
    status = getattr(error, "get_http_status_code", lambda: 0)()
    return any(isinstance(cause, OSError) for cause in causes) or status in (502, 503, 504)


def without_password(uri: str) -> str:
    """Return a URI without the user name and the password that it may contain."""
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


@contextlib.contextmanager
def little_patience(seconds: int = SECONDS) -> Iterator[None]:
    """Limit requests to one try of some seconds inside the context, unless the user has set them.

    By default MLflow retries silently up to seven times, for minutes.
    """
    limits = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": str(seconds)}
    ours = {name: value for name, value in limits.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
