"""The training itself. It knows nothing of where runs are tracked."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import keras
import numpy as np

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.models.transfer import Transfer, transfer
from keras_stem.training.assemble import assemble, target_of
from keras_stem.training.data import TrainingData
from keras_stem.training.epochs import EpochLoop
from keras_stem.training.predict import predict
from keras_stem.training.recipe import Recipe
from keras_stem.training.scores import Scores, score
from keras_stem.training.state import RunState


@dataclass(frozen=True)
class Trained:
    """A trained model with the weights that scored best on DS_Val.

    Parameters
    ----------
    model
        Counts to orientations.
    history
        Logs of each epoch.
    predictions, scores
        Euler angles (n, 3) in radians, and scores against the labels, on DS_Val, DS_Test and DS_Q.
    transfer
        What became of the weights that it started from, if there were any.
    speed
        Seconds of all epochs, and patterns a second in training (median of the epochs) and prediction.
    """

    model: OrientationModel
    history: list[dict[str, float]]
    predictions: dict[str, np.ndarray]
    scores: dict[str, Scores]
    transfer: Transfer | None
    speed: dict[str, float]


def train(
    data: TrainingData,
    recipe: Recipe,
    state: RunState,
    on_epoch: Callable[[int, dict[str, float]], None] = lambda epoch, logs: None,
    verbose: bool = True,
    initial: Mapping[str, np.ndarray] | None = None,
) -> Trained:
    """Train a model, or go on where the state says that a training stopped.

    Parameters
    ----------
    data
        The prepared scan.
    recipe
        How to train.
    state
        Where the training stands; kept up to date on disk.
    on_epoch
        Called after each epoch with its number, from 1, and its logs.
    verbose
        Whether to show progress.
    initial
        Weights to start from, by their paths in the network.

    Returns
    -------
    Trained

    Raises
    ------
    KerasStemError
        If patterns cannot be read or the training diverges.
    """
    keras.utils.set_random_seed(recipe.seed)
    target = target_of(recipe, data.symmetry)
    model = assemble(data, recipe, target)
    done = transfer(model.network, initial, str(recipe.weights)) if initial else None
    if done and verbose:
        print(done)
    with data.source.plain_errors():
        EpochLoop(model, target, data, recipe, state, on_epoch, verbose).run()
        model.network.load_weights(state.best_weights)
        predictions, seconds = _predictions(model, data)
    scores = {
        name: score(predictions[name], data.rotations[where], data.symmetry)
        for name, where in data.scored.items()
    }
    epochs = [logs["seconds"] for logs in state.history]
    speed = {
        "training_seconds": sum(epochs),
        "training_patterns_per_s": len(data.parts.train) / float(np.median(epochs)),
        "prediction_patterns_per_s": len(data.ds_q) / seconds["q"],
    }
    return Trained(model, state.history, predictions, scores, done, speed)


def _predictions(
    model: OrientationModel, data: TrainingData
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Return what the model predicts for each subset, and how many seconds it took; the last is DS_Q."""
    predictions, seconds = {}, {}
    for name, where in data.scored.items():
        start = time.perf_counter()
        predictions[name] = predict(model, data.source, where)
        seconds[name] = time.perf_counter() - start
    return predictions, seconds
