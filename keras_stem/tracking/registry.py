"""Registered models: one name for each phase, and aliases that mark the best."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mlflow
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException
from mlflow.store.entities import PagedList

from keras_stem.models.card import ModelCard

CHAMPION = "champion"
SCORE = "final_test_median"
"""Models are ranked by their median disorientation on DS_Test."""

_PHASE = "phase"
"""Tag of registered models and their versions: the name of the phase as it is."""

_UNFIT = re.compile(r"""[/:@?#%"\\]|[^\S ]|[\x00-\x1f\x7f]|^ +| +$|^\.+$""")
"""What MLflow takes in no name, what means something in a models:/ URI, and blanks that nobody sees."""


@dataclass(frozen=True)
class Registered:
    """A version of a registered model.

    Parameters
    ----------
    name, version
        Of the registered model.
    phase
        Name of its phase.
    arch, backend
        Of the training.
    aliases
        Marks, such as "champion".
    metrics
        Final scores of its run.
    """

    name: str
    version: str
    phase: str
    arch: str
    backend: str
    aliases: tuple[str, ...]
    metrics: dict[str, float]

    @property
    def uri(self) -> str:
        """URI of the version."""
        return f"models:/{self.name}/{self.version}"


def registered_name(phase: str) -> str:
    """Return the name under which models of a phase are registered.

    It is the phase's own, with what does not fit into a ``models:/`` URI as in other URIs: ``x/y`` becomes
    ``x%2Fy``. Phases of different names have different ones.
    """
    return _UNFIT.sub(_in_percent, phase) or "unnamed"


def _in_percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def register(
    client: mlflow.MlflowClient, card: ModelCard, model_uri: str, model_id: str, run_id: str
) -> ModelVersion:
    """Register a logged model as a new version, tagged with its architecture and data."""
    phase = card.phase["name"]
    name = registered_name(phase)
    try:
        client.create_registered_model(name, tags={_PHASE: phase})
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    tags = {
        _PHASE: phase,
        "arch": card.arch,
        "target": card.target,
        "scan_fingerprint": card.fingerprint,
    }
    return client.create_model_version(name, model_uri, run_id=run_id, tags=tags, model_id=model_id)


def award(
    client: mlflow.MlflowClient,
    version: ModelVersion,
    median: float,
    score_incumbent: Callable[[ModelVersion], float | None],
) -> list[str]:
    """Move the aliases that a version has earned: that of its architecture, and champion.

    An alias moves when the version that holds it scores worse on the same data, or nobody holds it.

    Parameters
    ----------
    client
        Connected to the store.
    version
        The new version.
    median
        Its median disorientation on DS_Test, deg.
    score_incumbent
        Returns the same score of another version on the same positions; None if it cannot be applied to them.

    Returns
    -------
    list of str
        The aliases that the new version holds now.
    """
    aliases = (version.tags["arch"], CHAMPION)
    return [alias for alias in aliases if _take(client, version, alias, median, score_incumbent)]


def _take(
    client: mlflow.MlflowClient,
    version: ModelVersion,
    alias: str,
    median: float,
    score_incumbent: Callable[[ModelVersion], float | None],
) -> bool:
    """Move an alias if a version has earned it, from whom another process gave it meanwhile, too."""
    beaten = None
    while (incumbent := holder(client, version.name, alias)) and incumbent.version != beaten:
        theirs = score_incumbent(incumbent)
        if theirs is None or theirs <= median:
            return False
        beaten = incumbent.version
    try:
        client.set_registered_model_alias(version.name, alias, version.version)
    except MlflowException:
        now = holder(client, version.name, alias)
        if now is None or now.version == beaten:
            raise
        return _take(client, version, alias, median, score_incumbent)
    return True


def holder(client: mlflow.MlflowClient, name: str, alias: str) -> ModelVersion | None:
    """Return the version that holds an alias of a registered model, or None."""
    try:
        return client.get_model_version_by_alias(name, alias)
    except MlflowException:
        return None


def registered_models(client: mlflow.MlflowClient) -> list[Registered]:
    """Return all versions of all registered models of ours, by name, the newest first."""
    marks: dict[tuple[str, str], list[str]] = {}
    for model in all_registered(client):
        for alias, number in model.aliases.items():
            marks.setdefault((model.name, str(number)), []).append(alias)
    # Without a filter: no name of a model, which may hold quotes, is written into a condition.
    versions = _all_pages(client.search_model_versions, order_by=["name ASC", "version_number DESC"])
    return [
        _registered(client, version, marks.get((version.name, str(version.version)), []))
        for version in versions
        if "arch" in version.tags
    ]


def all_registered(client: mlflow.MlflowClient) -> list[RegisteredModel]:
    """Return all registered models of the store, by name."""
    return list(_all_pages(client.search_registered_models))


def _all_pages(search: Callable[..., PagedList], **options: Any) -> Iterator[Any]:
    token = None
    while True:
        page = search(page_token=token, **options)
        yield from page
        token = page.token
        if not token:
            return


def _registered(client: mlflow.MlflowClient, version: ModelVersion, marks: list[str]) -> Registered:
    run = client.get_run(version.run_id).data if version.run_id else None
    return Registered(
        name=version.name,
        version=str(version.version),
        phase=version.tags.get(_PHASE) or version.name,
        arch=version.tags["arch"],
        backend=run.tags.get("backend", "") if run else "",
        aliases=tuple(sorted(marks)),
        metrics=run.metrics if run else {},
    )
