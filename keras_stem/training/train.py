"""Training of a model, independent of experiment tracking."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import Predictions, predict
from keras_stem.inference.uncertainty import calibrate, evidence
from keras_stem.inference.verification import verify
from keras_stem.metrics.scores import Scores, score
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.networks.settings import standard_settings
from keras_stem.networks.transfer import Transfer, transfer
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import TrainingData
from keras_stem.training.devices import data_parallel
from keras_stem.training.epochs import EpochLoop
from keras_stem.training.recipe import Recipe
from keras_stem.training.seeded import seeded
from keras_stem.training.state import RunState


@dataclass(frozen=True)
class Trained:
    """Trained model with the weights that scored best on DS_Val.

    Parameters
    ----------
    model
        Model that maps counts to orientations.
    history
        Logs of each epoch.
    predictions, scores
        Predictions on DS_Val, DS_Test and DS_Q, and their scores against the labels.
    transfer
        Report of the transfer of initial weights; None if there were none.
    speed
        Total training time in seconds, and patterns per second in training (median of the epochs) and
        prediction.
    """

    model: OrientationModel
    history: list[dict[str, float]]
    predictions: dict[str, Predictions]
    scores: dict[str, Scores]
    transfer: Transfer | None
    speed: dict[str, float]


@standard_settings()
def train(
    data: TrainingData,
    recipe: Recipe,
    state: RunState,
    on_epoch: Callable[[int, dict[str, float]], None] = lambda epoch, logs: None,
    verbose: bool = True,
    initial: Mapping[str, np.ndarray] | None = None,
    devices: int | None = None,
) -> Trained:
    """Train a model, or resume a training from its state.

    Parameters
    ----------
    data
        Prepared training data.
    recipe
        Recipe of the training.
    state
        State of the training, which is kept up to date on disk.
    on_epoch
        Function that is called after each epoch with its number, counted from 1, and its logs.
    verbose
        Whether to show progress.
    initial
        Initial weights by their paths in the network; None for random ones.
    devices
        Number of devices, as for `keras_stem.training.devices.data_parallel`.

    Returns
    -------
    Trained

    Raises
    ------
    KerasStemError
        If patterns cannot be read or the training diverges.
    """
    head = head_of(recipe, data.symmetry)
    with seeded(recipe.seed), data.plain_errors(), data_parallel(devices):
        model = assemble(data, recipe, head)
        done = transfer(model.network, initial, str(recipe.weights)) if initial else None
        if done and verbose:
            print(done)
        EpochLoop(model, head, data, recipe, state, on_epoch, verbose).run()
        model.network.load_weights(state.best_weights)
        predictions, speeds = _predictions(model, data)
        model.card = replace(model.card, **_calibrated(model, predictions["val"], data))
    speed = {**_training_speed(state, data.train.count), "prediction_patterns_per_s": speeds[-1]}
    return Trained(model, state.history, predictions, _scores(predictions, data), done, speed)


def _training_speed(state: RunState, count: int) -> dict[str, float]:
    """Return the training time in seconds, and the patterns per second of the median epoch."""
    epochs = [logs["seconds"] for logs in state.history]
    return {
        "training_seconds": sum(epochs),
        "training_patterns_per_s": count / float(np.median(epochs)),
    }


def _scores(predictions: dict[str, Predictions], data: TrainingData) -> dict[str, Scores]:
    """Return the scores of each subset against its labels."""
    return {
        name: score(predictions[name].euler, scored.rotations, data.symmetry)
        for name, scored in data.scored.items()
    }


def _predictions(model: OrientationModel, data: TrainingData) -> tuple[dict[str, Predictions], list[float]]:
    """Return the predictions for each subset, and the prediction speeds in patterns per second."""
    predictions, speeds = {}, []
    for name, scored in data.scored.items():
        start = time.perf_counter()
        predictions[name] = predict(model, scored.source, scored.positions)
        speeds.append(len(scored.positions) / (time.perf_counter() - start))
    return predictions, speeds


def _calibrated(model: OrientationModel, predictions: Predictions, data: TrainingData) -> dict[str, Any]:
    """Return the calibration and novelty thresholds determined on DS_Val, as fields of the model card."""
    val = data.scored["val"]
    verified = verify(model.card, val.source, val.positions, predictions)
    angles = disorientation(Rotation.from_euler(predictions.euler), val.rotations, data.symmetry)
    errors, known = np.rad2deg(angles), evidence(predictions, verified)
    return {
        "calibration": None if known is None else calibrate(known, errors).to_dict(),
        "novelty": asdict(NoveltyThresholds.of(predictions, verified, errors)),
    }
