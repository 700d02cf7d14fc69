"""Registered models: one name for each phase, and aliases that mark the best."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from keras_stem.models.card import ModelCard

CHAMPION = "champion"
SCORE = "final_test_median"
"""Models are ranked by their median disorientation on DS_Test."""


@dataclass(frozen=True)
class Registered:
    """A version of a registered model.

    Parameters
    ----------
    name, version
        Of the registered model.
    arch, backend
        Of the training.
    aliases
        Marks, such as "champion".
    metrics
        Final scores of its run.
    """

    name: str
    version: str
    arch: str
    backend: str
    aliases: tuple[str, ...]
    metrics: dict[str, float]

    @property
    def uri(self) -> str:
        """URI of the version."""
        return f"models:/{self.name}/{self.version}"


def registered_name(phase: str) -> str:
    """Return the name under which models of a phase are registered."""
    return re.sub(r"[/:\s]+", "_", phase).strip("_") or "unnamed"


def register(
    client: mlflow.MlflowClient, card: ModelCard, model_uri: str, model_id: str, run_id: str
) -> ModelVersion:
    """Register a logged model as a new version, tagged with its architecture and data."""
    name = registered_name(card.phase["name"])
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    tags = {"arch": card.arch, "target": card.target, "scan_fingerprint": card.fingerprint}
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
    won = []
    for alias in (version.tags["arch"], CHAMPION):
        incumbent = holder(client, version.name, alias)
        if incumbent is not None:
            theirs = score_incumbent(incumbent)
            if theirs is None or theirs <= median:
                continue
        client.set_registered_model_alias(version.name, alias, version.version)
        won.append(alias)
    return won


def holder(client: mlflow.MlflowClient, name: str, alias: str) -> ModelVersion | None:
    """Return the version that holds an alias of a registered model, or None."""
    try:
        return client.get_model_version_by_alias(name, alias)
    except MlflowException:
        return None


def registered_models(client: mlflow.MlflowClient) -> list[Registered]:
    """Return all versions of all registered models of ours, the newest first."""
    found = []
    for model in client.search_registered_models():
        marks = {}
        for alias, number in model.aliases.items():
            marks.setdefault(str(number), []).append(alias)
        versions = client.search_model_versions(f"name='{model.name}'", order_by=["version_number DESC"])
        for version in (version for version in versions if "arch" in version.tags):
            run = client.get_run(version.run_id).data if version.run_id else None
            found.append(
                Registered(
                    name=model.name,
                    version=str(version.version),
                    arch=version.tags.get("arch", ""),
                    backend=run.tags.get("backend", "") if run else "",
                    aliases=tuple(sorted(marks.get(str(version.version), []))),
                    metrics=run.metrics if run else {},
                )
            )
    return found
