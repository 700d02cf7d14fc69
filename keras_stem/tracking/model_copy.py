"""Copy of a logged model in another MLflow store."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus, Metric
from mlflow.models.model import MLMODEL_FILE_NAME

from keras_stem.tracking.artifacts import files_by_size, listed, local_folder
from keras_stem.tracking.store import experiment

COPY_OF = "keras_stem.copy_of"
"""Tag of a copy with the id of the original, by which an existing copy is found again."""

_UPLOADS = 8
"""Number of files that are sent at once."""


class ModelCopy:
    """Copy of a logged model, which may be continued any number of times.

    Parameters
    ----------
    source, target
        Clients of the store of the model, whose artifacts are local files, and of the other store.
    model_id
        Identifier of the model.
    run_id
        Identifier of the run in the target to which the copy belongs.
    """

    def __init__(self, source: MlflowClient, target: MlflowClient, model_id: str, run_id: str):
        self._target, self._run_id = target, run_id
        self._model: LoggedModel = source.get_logged_model(model_id)

    def send(self) -> str:
        """Send what the target lacks, the smallest files first, and return the identifier of the copy."""
        copy = self._found() or self._created()
        run = self._target.get_run(self._run_id)
        outputs = run.outputs.model_outputs if run.outputs else []
        if copy.model_id not in [output.model_id for output in outputs]:
            self._target.log_outputs(self._run_id, [LoggedModelOutput(copy.model_id, step=0)])
        if copy.status != LoggedModelStatus.READY:
            self._send_metrics(copy)
            self._send_files(copy)
            self._target.finalize_logged_model(copy.model_id, LoggedModelStatus.READY)
        return copy.model_id

    def _found(self) -> LoggedModel | None:
        condition = f"source_run_id = '{self._run_id}'"
        models = self._target.search_logged_models([experiment(self._target)], condition)
        return next((one for one in models if one.tags.get(COPY_OF) == self._model.model_id), None)

    def _created(self) -> LoggedModel:
        return self._target.create_logged_model(
            experiment(self._target),
            self._model.name,
            self._run_id,
            {**self._model.tags, COPY_OF: self._model.model_id},
            self._model.params,
            self._model.model_type,
        )

    def _send_metrics(self, copy: LoggedModel) -> None:
        metrics = [
            Metric(one.key, one.value, one.timestamp, one.step, model_id=copy.model_id)
            for one in self._model.metrics or ()
        ]
        if metrics:
            self._target.log_batch(self._run_id, metrics=metrics)

    def _send_files(self, copy: LoggedModel) -> None:
        folder = local_folder(self._model.artifact_location)
        there = listed(lambda path: self._target.list_logged_model_artifacts(copy.model_id, path))
        files = [
            (name, path)
            for name, path in files_by_size(folder)
            if name == MLMODEL_FILE_NAME or there.get(name) != path.stat().st_size
        ]
        with ThreadPoolExecutor(_UPLOADS) as pool:  # the copy of the code has many small files
            list(pool.map(lambda file: self._send_file(copy, *file), files[:-1]))
        for file in files[-1:]:
            self._send_file(copy, *file)

    def _send_file(self, copy: LoggedModel, name: str, path: Path) -> None:
        if name == MLMODEL_FILE_NAME:
            self._send_description(copy, path)
            return
        parent = Path(name).parent.as_posix()
        self._target.log_model_artifact(copy.model_id, str(path), None if parent == "." else parent)

    def _send_description(self, copy: LoggedModel, path: Path) -> None:
        """Send MLflow's description of the model with the identifiers of the copy."""
        text = path.read_text(encoding="utf-8")
        for ours, theirs in (
            (self._model.artifact_location, copy.artifact_location),
            (self._model.model_id, copy.model_id),
            (self._model.source_run_id, self._run_id),
        ):
            text = text.replace(ours, theirs) if ours else text
        with tempfile.TemporaryDirectory() as folder:
            renamed = Path(folder, path.name)
            renamed.write_text(text, encoding="utf-8")
            self._target.log_model_artifact(copy.model_id, str(renamed))
