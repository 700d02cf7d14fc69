"""Sending of runs to a tracking server in the background of a training."""

import contextlib
from collections.abc import Callable
from threading import Event, Lock, Thread

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from keras_stem.errors import reason_of
from keras_stem.tracking.run_copy import RunCopy
from keras_stem.tracking.server import is_of_server
from keras_stem.tracking.spool import Spool

PERIOD, LONGEST = 5.0, 60.0
"""Time between two rounds of sending, and the longest one after repeated failures (s)."""

_WAIT = 5.0
"""Longest time for which the end of a training waits for a request in the background (s)."""


class Sender:
    """Thread that sends the runs of this process from a spool to its server.

    A server that does not answer, answers with errors, or stops delays nothing: sending is tried again in
    growing intervals, and what was not sent remains in the spool.

    Parameters
    ----------
    spool
        The spool.
    source
        Client of its local store.
    tell
        Function that is called with a line for the user when sending fails for the first time.
    """

    def __init__(self, spool: Spool, source: MlflowClient, tell: Callable[[str], None]):
        self._spool, self._source, self._tell = spool, source, tell
        self._target = MlflowClient(spool.server, spool.server)
        self._copies: dict[str, RunCopy] = {}
        self._held = contextlib.ExitStack()
        self._sending, self._stop, self._told = Lock(), Event(), False
        self._absent = self._closed = False
        self._failed: frozenset[str] = frozenset()
        self._thread = Thread(target=self._keep_sending, name="keras_stem-sender", daemon=True)

    @property
    def target(self) -> MlflowClient:
        """Client of the server."""
        return self._target

    def follow(self, run_id: str) -> None:
        """Send a run from now on."""
        if run_id not in self._copies and self._held.enter_context(self._spool.held(run_id)):
            self._copies = {**self._copies, run_id: RunCopy(self._source, self._target, run_id)}
        if self._thread.ident is None:
            self._thread.start()

    def finish(self, run_id: str) -> tuple[str, list[ModelVersion]] | None:
        """Send a run in full, unless the server has just failed.

        Returns
        -------
        tuple of str and list of mlflow.entities.model_registry.ModelVersion, or None
            Identifier of the run on the server and the versions of its model; None if it was not sent.
        """
        copy = self._copies.get(run_id)
        if copy is None or self._fails(run_id) or not self._sending.acquire(timeout=_WAIT):
            return None
        try:
            if self._fails(run_id):
                return None  # it has failed meanwhile
            versions: list[ModelVersion] = []
            sent = self._tried(run_id, lambda: versions.extend(copy.finish()))
            return (copy.run_id, versions) if sent else None
        finally:
            self._sending.release()

    def confirm(self, run_id: str) -> None:
        """Mark a run that was sent in full, after which ``kstem sync`` passes it over."""
        sent = self._copies[run_id].sent
        if sent:
            self._spool.mark_sent(self._source, sent)
        self._copies = {key: value for key, value in self._copies.items() if key != run_id}

    def close(self) -> None:
        """Send what is left, unless the server has just failed, and tell what was not sent.

        Models whose aliases are not decided are left to ``kstem sync``.
        """
        self._stop.set()
        for run_id in list(self._copies):
            sent = self.finish(run_id)
            if sent and not sent[1]:
                self.confirm(run_id)
        self._closed = True
        if self._thread.ident is not None:
            self._thread.join(1.0)
        if not self._thread.is_alive():
            self._held.close()  # otherwise this process still sends
        left = len(self._copies)
        if left:
            runs = "1 run was" if left == 1 else f"{left} runs were"
            self._say(f"{runs} not sent to {self._spool.address} in full; kstem sync sends the rest.")

    def _fails(self, run_id: str) -> bool:
        """Return whether the server has just failed, or sending this run has."""
        return self._absent or run_id in self._failed

    def _keep_sending(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            with self._sending:
                sent = self._round()
            wait = PERIOD if sent else min(2 * max(wait, PERIOD / 2), LONGEST)

    def _round(self) -> bool:
        """Update all runs, or as many as the server answers for; return whether all were taken."""
        taken = True
        for run_id, copy in self._copies.items():
            taken &= self._tried(run_id, copy.update)
            if self._absent or self._stop.is_set():
                break
        return taken

    def _tried(self, run_id: str, send: Callable[[], object]) -> bool:
        """Return whether sending succeeded. Stores and their networks raise various errors."""
        try:
            send()
        except Exception as error:
            self._absent = is_of_server(error)
            self._failed = self._failed | {run_id}
            if not self._told and not self._closed:
                self._told = True
                self._say(
                    f"A run is not sent to the tracking server {self._spool.address} now "
                    f"({self._cause(error)}). It is kept, and sent when the server takes it."
                )
            return False
        self._absent, self._failed = False, self._failed - {run_id}
        return True

    def _say(self, line: str) -> None:
        with contextlib.suppress(Exception):  # such as a closed stream, which must not end a training
            self._tell(line)

    def _cause(self, error: Exception) -> str:
        """Return the end of an error's message, which begins with long addresses in those of the network."""
        reason = reason_of(error).replace(self._spool.server, self._spool.address)
        return reason if len(reason) <= 150 else f"... {reason[-150:]}"
