"""Sending of all runs that are kept for tracking servers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from keras_stem.errors import reason_of
from keras_stem.tracking.registry import promote_alias
from keras_stem.tracking.run_copy import DeletedCopyError, RunCopy
from keras_stem.tracking.scores import recorded_median, scored_alike
from keras_stem.tracking.server import little_patience, require_answer
from keras_stem.tracking.spool import Spool

_SECONDS = 120
"""Time that a server may take for a request, such as to store a model."""


@dataclass
class Sent:
    """Result of sending the runs of a spool.

    Parameters
    ----------
    runs
        Identifiers of the runs on the server, by those in the spool.
    versions
        Versions of models that belong to them on the server, such as "LiNiO2/3", with their new aliases.
    active
        Number of runs that another process is sending.
    failed
        Reasons by identifiers of the runs in the spool that were not sent.
    """

    runs: dict[str, str] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    active: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def send_all(spool: Spool, tell: Callable[[str], None] = lambda line: None) -> Sent:
    """Send everything in a spool that its server lacks, the oldest run first.

    Runs and models that are on the server already are found again and left as they are. An alias is
    assigned to a new model if it is unassigned, or if the recorded score of the new model on the same
    test positions is better.

    Parameters
    ----------
    spool
        The spool.
    tell
        Function that is called with a line for the user for each run before it is sent.

    Returns
    -------
    Sent

    Raises
    ------
    KerasStemError
        If the server does not answer.
    """
    require_answer.cache_clear()  # it may have stopped since
    require_answer(spool.server)
    source, target = spool.client(), MlflowClient(spool.server, spool.server)
    sent = Sent()
    with little_patience(_SECONDS):
        for run in spool.pending(source):
            with spool.held(run.info.run_id) as free:
                if free:
                    if run.info.status == "RUNNING":  # its process was killed
                        source.set_terminated(run.info.run_id, "KILLED")
                    tell(f"Sending {run.info.run_name} ({run.info.run_id}).")
                    _send(spool, RunCopy(source, target, run.info.run_id), sent, tell)
                sent.active += not free
    return sent


def _send(spool: Spool, copy: RunCopy, sent: Sent, tell: Callable[[str], None]) -> None:
    """Send a run, decide the aliases of its model, and note the result."""
    try:
        for version in copy.finish():
            sent.versions[f"{version.name}/{version.version}"] = _promote(copy.target, version)
        if copy.sent:
            spool.mark_sent(copy.source, copy.sent)
        sent.runs[copy.original] = copy.run_id
    except DeletedCopyError as error:
        tell(f"Run {error}, and is sent no more.")
        spool.pass_over(copy.source, copy.source.get_run(copy.original))
    except Exception as error:  # stores and their networks raise various errors
        sent.failed[copy.original] = reason_of(error)


def _promote(target: MlflowClient, version: ModelVersion) -> list[str]:
    """Assign the aliases for which the recorded score of a version is the best; return them."""
    run = target.get_run(version.run_id)
    median = recorded_median(run)
    if median is None:
        return []

    def score(incumbent: ModelVersion) -> float | None:
        try:
            theirs = target.get_run(incumbent.run_id) if incumbent.run_id else None
        except MlflowException:
            return None  # it was deleted
        return recorded_median(theirs) if theirs and scored_alike(run, theirs) else None

    return promote_alias(target, version, median, score)
