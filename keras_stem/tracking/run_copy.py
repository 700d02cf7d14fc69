"""Copy of a run, with its model, in another MLflow store."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TypeVar

from mlflow import MlflowClient
from mlflow.entities import (
    LifecycleStage,
    LoggedModelStatus,
    Metric,
    Param,
    Run,
    RunStatus,
    RunTag,
    ViewType,
)
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from keras_stem.errors import KerasStemError
from keras_stem.tracking.artifacts import files_by_size, listed, local_folder
from keras_stem.tracking.model_copy import COPY_OF, ModelCopy
from keras_stem.tracking.registry import ensure_registered
from keras_stem.tracking.store import experiment

_PARAMS, _METRICS = 100, 1000
"""Largest numbers of parameters, tags and metrics that MLflow accepts per request."""

_Item = TypeVar("_Item")


class DeletedCopyError(KerasStemError):
    """Error of a copy that a user of the target has deleted."""


class RunCopy:
    """Copy of a run in another store, which may be brought up to date any number of times.

    Only what the other store lacks is sent, so that an interrupted copy can be continued, and a complete
    one is left as it is. The copy has an id of its own, and so have its model and the model's version.

    Parameters
    ----------
    source, target
        Clients of the store of the run, whose artifacts are local files, and of the other store.
    run_id
        Identifier of the run.
    tags
        Tags of the copy that replace those of the run.

    Attributes
    ----------
    source, target
        The clients.
    original
        Identifier of the run.
    sent
        The run as it was before it was last sent in full; None before.
    """

    def __init__(
        self,
        source: MlflowClient,
        target: MlflowClient,
        run_id: str,
        tags: Mapping[str, str] | None = None,
    ):
        self.source, self.target, self.original = source, target, run_id
        self._tags = dict(tags or {})
        self._id: str | None = None
        self.sent: Run | None = None
        self._metrics: dict[str, set[tuple[int, int, str]]] = {}
        self._files: dict[str, int] | None = None

    @property
    def run_id(self) -> str:
        """Identifier of the copy, which is created if there is none."""
        if self._id is None:
            self._id = self._found() or self._created()
        return self._id

    def update(self) -> None:
        """Send new parameters, tags, metrics, data sets and files, small ones first, but no model."""
        self._update(self.source.get_run(self.original))

    def _update(self, run: Run) -> None:
        copy = self.target.get_run(self.run_id)
        if run.info.status == "RUNNING" and copy.info.status != "RUNNING":
            self.target.update_run(self.run_id, status="RUNNING")
        self._send_params_and_tags(run, copy)
        for metrics in _batched(self._new_metrics(run, copy), _METRICS):
            self.target.log_batch(self.run_id, metrics=metrics)
            for metric in metrics:
                self._metrics[metric.key].add(_identity(metric))
        if run.inputs.dataset_inputs and not copy.inputs.dataset_inputs:
            self.target.log_inputs(self.run_id, run.inputs.dataset_inputs)
        self._send_files(run)

    def finish(self) -> list[ModelVersion]:
        """Send everything, the model last, and the status; return the versions of the model in the target.

        Raises
        ------
        mlflow.exceptions.MlflowException
            If the target does not accept it, or does not answer.
        """
        run = self.source.get_run(self.original)
        self._update(run)
        found = [output.model_id for output in run.outputs.model_outputs]
        models = {model_id: self._sent_model(model_id) for model_id in found if self._is_ready(model_id)}
        versions = [self._sent_version(version, models) for version in self._versions(self.source, run)]
        if RunStatus.is_terminated(RunStatus.from_string(run.info.status)):
            copy = self.target.get_run(self.run_id).info
            if (copy.status, copy.end_time) != (run.info.status, run.info.end_time):
                self.target.set_terminated(self.run_id, run.info.status, run.info.end_time)
        self.sent = run
        return versions

    def _found(self) -> str | None:
        condition = f"tags.`{COPY_OF}` = '{self.original}'"
        found = self.target.search_runs([experiment(self.target)], condition, ViewType.ALL, max_results=1)
        if found and found[0].info.lifecycle_stage == LifecycleStage.DELETED:
            raise DeletedCopyError(f"{found[0].info.run_id} was deleted there")
        return found[0].info.run_id if found else None

    def _created(self) -> str:
        info = self.source.get_run(self.original).info
        tags = {COPY_OF: self.original}
        made = self.target.create_run(experiment(self.target), info.start_time, tags, info.run_name)
        return made.info.run_id

    def _send_params_and_tags(self, run: Run, copy: Run) -> None:
        tags = run.data.tags | {COPY_OF: self.original}
        if MLFLOW_PARENT_RUN_ID in tags and MLFLOW_PARENT_RUN_ID not in self._tags:
            self._tags[MLFLOW_PARENT_RUN_ID] = self._copy_of_parent(tags[MLFLOW_PARENT_RUN_ID])
        tags |= self._tags
        params = [Param(*item) for item in run.data.params.items() if item[0] not in copy.data.params]
        changed = [RunTag(*item) for item in tags.items() if copy.data.tags.get(item[0]) != item[1]]
        for some in _batched(params, _PARAMS):
            self.target.log_batch(self.run_id, params=some)
        for some in _batched(changed, _PARAMS):
            self.target.log_batch(self.run_id, tags=some)

    def _copy_of_parent(self, run_id: str) -> str:
        """Return the identifier of the copy of the parent, or its own if the source does not have it."""
        try:
            self.source.get_run(run_id)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return run_id
        return RunCopy(self.source, self.target, run_id).run_id

    def _is_ready(self, model_id: str) -> bool:
        """Return whether a model was logged in full."""
        return self.source.get_logged_model(model_id).status == LoggedModelStatus.READY

    def _new_metrics(self, run: Run, copy: Run) -> Iterator[Metric]:
        """Yield the metrics that the copy lacks; the store is asked once for those that it has."""
        for key in run.data.metrics:
            if key not in self._metrics:
                has = self.target.get_metric_history(self.run_id, key) if key in copy.data.metrics else ()
                self._metrics[key] = {_identity(metric) for metric in has}
            for metric in self.source.get_metric_history(self.original, key):
                if _identity(metric) not in self._metrics[key]:
                    yield Metric(key, metric.value, metric.timestamp, metric.step)

    def _send_files(self, run: Run) -> None:
        if self._files is None:
            self._files = listed(lambda path: self.target.list_artifacts(self.run_id, path))
        for name, path in files_by_size(local_folder(run.info.artifact_uri)):
            size = path.stat().st_size
            if self._files.get(name) != size:
                parent = Path(name).parent.as_posix()
                self.target.log_artifact(self.run_id, str(path), None if parent == "." else parent)
                self._files[name] = size

    def _sent_model(self, model_id: str) -> str:
        return ModelCopy(self.source, self.target, model_id, self.run_id).send()

    def _sent_version(self, version: ModelVersion, models: Mapping[str, str]) -> ModelVersion:
        """Return the version in the target, which is created if there is none."""
        for found in self._versions(self.target, self.target.get_run(self.run_id)):
            if found.name == version.name:
                return found
        ensure_registered(self.target, version.name, self.source.get_registered_model(version.name).tags)
        # The registry of a local store returns no identifier of the model, only its source.
        model_id = next(theirs for ours, theirs in models.items() if ours in version.source)
        source = f"models:/{model_id}"
        return self.target.create_model_version(
            version.name, source, run_id=self.run_id, tags=version.tags, model_id=model_id
        )

    @staticmethod
    def _versions(client: MlflowClient, run: Run) -> list[ModelVersion]:
        return list(client.search_model_versions(f"run_id = '{run.info.run_id}'"))


def _identity(metric: Metric) -> tuple[int, int, str]:
    return metric.timestamp, metric.step, repr(metric.value)


def _batched(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
