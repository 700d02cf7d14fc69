"""Model registry: one registered model per phase, with aliases that mark the best versions."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mlflow
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException
from mlflow.store.entities import PagedList

from keras_stem.metrics.vocabulary import final
from keras_stem.models.card import ModelCard

CHAMPION = "champion"
SCORE = f"{final('test')}_median"
"""Metric by which models are ranked: the median disorientation on DS_Test."""

_PHASE = "phase"
"""Tag of registered models and their versions with the unescaped name of the phase."""

_UNFIT = re.compile(r"""[/:@?#%"\\]|[^\S ]|[\x00-\x1f\x7f]|^ +| +$|^\.+$""")
"""Characters that are escaped in names: those that MLflow rejects, those with a meaning in a models:/ URI,
and invisible blanks."""


@dataclass(frozen=True)
class Registered:
    """Version of a registered model.

    Parameters
    ----------
    name, version
        Name and version of the registered model.
    phase
        Name of the phase.
    arch, backend
        Network architecture and Keras backend of the training.
    aliases
        Aliases of the version, such as "champion".
    metrics
        Metrics of its run.
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
        """URI of the model version."""
        return f"models:/{self.name}/{self.version}"


def registered_name(phase: str) -> str:
    """Return the name of the registered model of a phase.

    It is the name of the phase, in which characters that are not allowed in a ``models:/`` URI are
    percent-encoded: ``x/y`` becomes ``x%2Fy``. Different phase names give different model names.
    """
    return _UNFIT.sub(_in_percent, phase) or "unnamed"


def _in_percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def register(
    client: mlflow.MlflowClient, card: ModelCard, model_uri: str, model_id: str, run_id: str
) -> ModelVersion:
    """Register a logged model as a new version, tagged with phase, architecture, target and data."""
    phase = card.phase["name"]
    name = registered_name(phase)
    ensure_registered(client, name, {_PHASE: phase})
    tags = {
        _PHASE: phase,
        "arch": card.arch,
        "target": card.target,
        "scan_fingerprint": card.fingerprint,
    }
    return client.create_model_version(name, model_uri, run_id=run_id, tags=tags, model_id=model_id)


def ensure_registered(client: mlflow.MlflowClient, name: str, tags: Mapping[str, str]) -> None:
    """Create a registered model, unless there is one of this name."""
    try:
        client.create_registered_model(name, tags=dict(tags))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def promote_alias(
    client: mlflow.MlflowClient,
    version: ModelVersion,
    median: float,
    score_incumbent: Callable[[ModelVersion], float | None],
) -> list[str]:
    """Assign the aliases for which a new version is the best: that of its architecture, and champion.

    An alias is reassigned if its current version scores worse on the same data, or if it is unassigned.

    Parameters
    ----------
    client
        MLflow client connected to the store.
    version
        New model version.
    median
        Median disorientation of the new version on DS_Test (degrees).
    score_incumbent
        Function that returns the same score of another version on the same positions, or None if that version
        cannot be applied to them.

    Returns
    -------
    list of str
        Aliases that were assigned to the new version.
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
    """Assign an alias to a version if it scores better, also if another process has just reassigned it."""
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
    """Return the version with an alias of a registered model, or None."""
    try:
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise  # such as a server that fails
        return None


def registered_models(client: mlflow.MlflowClient) -> list[Registered]:
    """Return all versions of the registered models of keras_stem, sorted by name, newest first."""
    marks: dict[tuple[str, str], list[str]] = {}
    for model in all_registered(client):
        for alias, number in model.aliases.items():
            marks.setdefault((model.name, str(number)), []).append(alias)
    # No filter is used, because model names may contain quotes, which would break the filter string.
    versions = _all_pages(client.search_model_versions, order_by=["name ASC", "version_number DESC"])
    return [
        _registered(client, version, marks.get((version.name, str(version.version)), []))
        for version in versions
        if "arch" in version.tags
    ]


def all_registered(client: mlflow.MlflowClient) -> list[RegisteredModel]:
    """Return all registered models of the store, sorted by name."""
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
