"""MLflow run of a training."""

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import keras
import mlflow
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.sources import LocalArtifactDatasetSource
from mlflow.models import Model

from keras_stem.metrics.scores import Scores
from keras_stem.metrics.vocabulary import final
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.networks.settings import standard_settings
from keras_stem.networks.transfer import Transfer
from keras_stem.tracking import flavor
from keras_stem.tracking.run_store import RunStore
from keras_stem.tracking.store import experiment, refer_to
from keras_stem.training.data import TrainingData
from keras_stem.training.recipe import Recipe
from keras_stem.version import __version__

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODEL_NAME = "model"
"""Name of the logged model of a run."""

KERAS_FILE = "data/model.keras"
"""The Keras model in a logged model, as MLflow names it."""


RECIPE_FILE = "recipe.json"
"""Artifact of a run with its recipe."""


@contextlib.contextmanager
def tracked_run(store: RunStore, name: str, run_id: str | None = None) -> Iterator["TrackedRun"]:
    """Start or resume a run, and end it as FINISHED, KILLED (Ctrl-C, SIGTERM, SIGHUP) or FAILED.

    Parameters
    ----------
    store
        Store to which the run is written.
    name
        Name of a new run.
    run_id
        Identifier of the run to resume; None starts a new one.

    Yields
    ------
    TrackedRun
    """
    refer_to(store.client)
    mlflow.set_experiment(experiment_id=experiment(store.client))
    with mlflow.start_run(run_id=run_id, run_name=None if run_id else name, nested=True) as active:
        store.follow(active.info.run_id)
        try:
            yield TrackedRun(active.info.run_id)
        except KeyboardInterrupt:
            mlflow.end_run("KILLED")
            raise


class TrackedRun:
    """Logger of a training to its MLflow run.

    Parameters
    ----------
    run_id
        Identifier of the active run.
    """

    def __init__(self, run_id: str):
        self.run_id = run_id

    def log_start(self, data: TrainingData, recipe: Recipe, tags: Mapping[str, str]) -> None:
        """Log the complete recipe, the tags, and the scan or simulation with its fingerprint."""
        mlflow.log_params(recipe.flat())
        mlflow.log_dict(recipe.to_dict(), RECIPE_FILE)
        mlflow.set_tags(
            {
                "arch": recipe.arch,
                "backend": keras.backend.backend(),
                "keras_stem_version": __version__,
                "scan_fingerprint": data.fingerprint,
                **tags,
            }
        )
        source = LocalArtifactDatasetSource(data.path)
        mlflow.log_input(MetaDataset(source, name=data.title, digest=data.fingerprint), "training")

    def log_epoch(self, epoch: int, logs: dict[str, float]) -> None:
        """Log the metrics of an epoch, counted from 1."""
        mlflow.log_metrics(logs, step=epoch)

    def log_scores(self, scores: dict[str, Scores]) -> None:
        """Log the final scores of each subset as ``final_<subset>_<score>``."""
        for subset, values in scores.items():
            mlflow.log_metrics(values.named(final(subset)))

    def log_speed(
        self, speed: dict[str, float], parameters: int, epochs: int, epochs_to_criterion: int | None
    ) -> None:
        """Log the speed of training and prediction, the number of parameters and the number of epochs."""
        mlflow.log_metrics({**speed, "parameters": parameters, "epochs": epochs})
        if epochs_to_criterion is not None:
            mlflow.log_metric("epochs_to_criterion", epochs_to_criterion)

    def log_transfer(self, transfer: Transfer) -> None:
        """Log the report of the transfer of initial weights as ``weights.json``."""
        mlflow.log_dict(asdict(transfer), "weights.json")

    def log_history(self, history: list[dict[str, float]]) -> None:
        """Log the metrics of all epochs as ``history.csv``; missing scores are empty cells."""
        names = ["epoch", *dict.fromkeys(name for logs in history for name in logs)]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({"epoch": epoch, **logs} for epoch, logs in enumerate(history, 1))
        mlflow.log_text(text.getvalue(), "history.csv")

    def log_figure(self, figure: "Figure", name: str) -> None:
        """Log a figure as ``figures/<name>.png`` and ``figures/<name>.svg``."""
        for suffix in ("png", "svg"):
            mlflow.log_figure(figure, f"figures/{name}.{suffix}")

    @standard_settings()
    def log_model(self, model: OrientationModel) -> tuple[str, str]:
        """Log the model and return its URI and id."""
        logged = Model.log(
            artifact_path=None,
            name=MODEL_NAME,
            flavor=flavor,
            model=model,
            metadata={"card": model.card.to_dict()},
        )
        return logged.model_uri, logged.model_id
