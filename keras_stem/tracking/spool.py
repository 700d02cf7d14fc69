"""Local store of runs that are on their way to a tracking server."""

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run

from keras_stem.environment import state_folder
from keras_stem.files import complete_file, existing_folder
from keras_stem.locks import locked
from keras_stem.tracking.artifacts import local_folder
from keras_stem.tracking.server import without_password
from keras_stem.tracking.store import experiment, open_client

_SENT = "keras_stem.sent"
"""Tag of a run in a spool with its status and end when it was sent in full."""

_SERVER, _DATABASE = "server.txt", "mlflow.db"
_MANY = 50_000
"""Largest number of runs that MLflow returns per request."""


@dataclass(frozen=True)
class Spool:
    """Local store of the runs of one tracking server.

    Parameters
    ----------
    folder
        Folder of the database and of the artifacts.
    """

    folder: Path

    @property
    def server(self) -> str:
        """URI of the server."""
        return (self.folder / _SERVER).read_text(encoding="utf-8")

    @property
    def address(self) -> str:
        """URI of the server without a password, for messages."""
        return without_password(self.server)

    @property
    def uri(self) -> str:
        """URI of the local store."""
        return f"sqlite:///{self.folder / _DATABASE}"

    def client(self) -> MlflowClient:
        """Return a client of the local store."""
        return open_client(self.uri, writing=True)

    @contextlib.contextmanager
    def held(self, run_id: str) -> Iterator[bool]:
        """Keep other processes from sending a run inside the context; yield whether none does already."""
        with locked(self.folder / "locks" / f"{run_id}.lock") as free:
            yield free

    def pending(self, client: MlflowClient) -> list[Run]:
        """Return the runs that were not sent in full, the oldest first."""
        runs = client.search_runs(
            [experiment(client)], max_results=_MANY, order_by=["attributes.start_time ASC"]
        )
        return [run for run in runs if run.data.tags.get(_SENT) != _state(run)]

    def pass_over(self, client: MlflowClient, run: Run) -> None:
        """Send a run no more, because its copy was deleted on the server; it remains here."""
        client.set_tag(run.info.run_id, _SENT, _state(run))

    def mark_sent(self, client: MlflowClient, sent: Run) -> None:
        """Mark a run as sent, and delete the artifacts of a finished one, which the server has.

        Parameters
        ----------
        client
            Client of the local store.
        sent
            The run as it was when sending began; if it has changed since, it is pending again.
        """
        if sent.info.status == "RUNNING":
            return
        client.set_tag(sent.info.run_id, _SENT, _state(sent))
        run = client.get_run(sent.info.run_id)
        if run.info.status != "FINISHED" or _state(run) != _state(sent):
            return  # it may be resumed
        folders = [local_folder(run.info.artifact_uri)]
        for output in run.outputs.model_outputs:
            folders.append(local_folder(client.get_logged_model(output.model_id).artifact_location))
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def spool_for(server: str) -> Spool:
    """Return the spool of a tracking server, whose folder is created if it does not exist."""
    server = server.rstrip("/")
    folder = existing_folder(_root() / hashlib.sha256(server.encode()).hexdigest()[:16])
    if not (folder / _SERVER).exists():
        with complete_file(folder / _SERVER) as partial:
            partial.write_text(server, encoding="utf-8")
            partial.chmod(0o600)  # a URI may contain a password
    return Spool(folder)


def spool_at(uri: str) -> Spool | None:
    """Return the spool whose local store has a URI, or None."""
    return next((spool for spool in all_spools() if spool.uri == uri), None)


def all_spools() -> list[Spool]:
    """Return the spools of all servers."""
    return [Spool(path.parent) for path in sorted(_root().glob(f"*/{_SERVER}"))]


def _root() -> Path:
    return state_folder().resolve() / "spool"  # MLflow resolves the path of its store, too


def _state(run: Run) -> str:
    return f"{run.info.status} {run.info.end_time}"
