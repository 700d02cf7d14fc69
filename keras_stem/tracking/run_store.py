"""Store to which a command writes its runs: a local one, or the spool of a tracking server."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from keras_stem.tracking.sender import Sender
from keras_stem.tracking.server import little_patience
from keras_stem.tracking.spool import spool_at, spool_for
from keras_stem.tracking.store import connect, tracking_uri
from keras_stem.training.state import states_folder

_SECONDS = 20
"""Time that a server may take for a request, such as to store a model."""


@dataclass(frozen=True)
class Published:
    """Run where its users find it: in the local store, or on the server.

    Parameters
    ----------
    client
        Client of that store.
    run_id
        Identifier of the run there.
    version
        Version of its model there.
    """

    client: MlflowClient
    run_id: str
    version: ModelVersion


@dataclass(frozen=True)
class RunStore:
    """Store to which runs are written.

    Parameters
    ----------
    client
        Client of the local store, or of the spool of a server.
    sender
        Sender to the server, if there is one.
    states
        Folder of the states of interrupted trainings.
    """

    client: MlflowClient
    sender: Sender | None
    states: Path

    @property
    def uri(self) -> str:
        """URI of the store."""
        return self.client.tracking_uri

    def follow(self, run_id: str) -> None:
        """Send a run to the server from now on, if there is one."""
        if self.sender:
            self.sender.follow(run_id)

    def publish(self, run_id: str) -> Published | None:
        """Return an ended run with its registered model; None if the server does not take them now."""
        if not self.sender:
            version = self.client.search_model_versions(f"run_id = '{run_id}'")[0]
            return Published(self.client, run_id, version)
        sent = self.sender.finish(run_id)
        return Published(self.sender.target, sent[0], sent[1][0]) if sent else None

    def confirm(self, run_id: str) -> None:
        """Mark a run that was published as complete on the server, if there is one."""
        if self.sender:
            self.sender.confirm(run_id)


@contextlib.contextmanager
def run_store(
    uri: str | None = None,
    tell: Callable[[str], None] = lambda line: None,
    states: Path | None = None,
) -> Iterator[RunStore]:
    """Open the store to which runs are written.

    Runs for a tracking server are written to its spool, a local store, and sent in the background, so that
    a server that is absent or slow never delays a training. What was not sent remains there for
    ``kstem sync``.

    Parameters
    ----------
    uri
        URI of a store, of a server, or of a spool; `keras_stem.tracking.store.tracking_uri` by default.
    tell
        Function that is called with lines for the user, also from another thread.
    states
        Folder of the states of interrupted trainings; the one in the user's state folder by default.

    Yields
    ------
    RunStore

    Raises
    ------
    KerasStemError
        If the local store cannot be written.
    """
    uri = uri or tracking_uri()
    spool = spool_for(uri) if uri.startswith("http") else spool_at(uri)
    states = states or states_folder()
    if spool is None:
        yield RunStore(connect(uri, writing=True), None, states)
        return
    client = connect(spool.uri, writing=True)
    sender = Sender(spool, client, tell)
    with little_patience(_SECONDS):
        try:
            yield RunStore(client, sender, states)
        finally:
            sender.close()
