"""The training itself. It knows nothing of where runs are tracked."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import keras
import numpy as np

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.models.transfer import Transfer, transfer
from keras_stem.pipeline.dataset import ordered_patterns, shuffled_patterns
from keras_stem.pipeline.source import MemorySource, PatternSource
from keras_stem.training.assemble import assemble
from keras_stem.training.callbacks.checkpoint import Checkpoint
from keras_stem.training.callbacks.finite import RequireFiniteLoss
from keras_stem.training.callbacks.interrupt import HeedInterrupt
from keras_stem.training.callbacks.order import FollowEpoch
from keras_stem.training.callbacks.progress import ShowPredictions, ShowProgress
from keras_stem.training.callbacks.stopwatch import Stopwatch
from keras_stem.training.callbacks.validation import ScoreValidation
from keras_stem.training.data import TrainingData
from keras_stem.training.recipe import Recipe
from keras_stem.training.schedule import PaperDecay
from keras_stem.training.scores import Scores, score
from keras_stem.training.state import RunState
from keras_stem.training.targets import EulerTarget

PREDICTION_BATCH = 128


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
    target = EulerTarget(data.symmetry)
    model = assemble(data, recipe, target)
    done = transfer(model.network, initial, str(recipe.weights)) if initial else None
    if done and verbose:
        print(done)
    with data.source.plain_errors():
        _run_epochs(model, target, data, recipe, state, on_epoch, verbose)
        model.network.load_weights(state.best_weights)
        predictions, seconds = {}, 0.0
        for name, where in data.scored.items():
            start = time.perf_counter()
            predictions[name] = predict(model, data.source, where)
            seconds = time.perf_counter() - start  # the last is the largest, and without compilation
    scores = {
        name: score(predictions[name], data.rotations[where], data.symmetry)
        for name, where in data.scored.items()
    }
    epochs = [logs["seconds"] for logs in state.history]
    speed = {
        "training_seconds": sum(epochs),
        "training_patterns_per_s": len(data.parts.train) / float(np.median(epochs)),
        "prediction_patterns_per_s": len(data.ds_q) / seconds,
    }
    return Trained(model, state.history, predictions, scores, done, speed)


def predict(
    model: OrientationModel, source: PatternSource, positions: np.ndarray, verbose: bool = False
) -> np.ndarray:
    """Return the model's Euler angles, shape (n, 3) in radians, of positions, shape (n,), ascending."""
    batches = ordered_patterns(source, positions, PREDICTION_BATCH)
    interrupt = HeedInterrupt()
    progress = ShowPredictions(len(positions), PREDICTION_BATCH)
    with _stopped(progress.on_predict_end), interrupt.watching():
        callbacks = [interrupt, *([progress] if verbose else [])]
        return np.asarray(model.predict(batches, verbose=0, callbacks=callbacks))


def _run_epochs(
    model: OrientationModel,
    target: EulerTarget,
    data: TrainingData,
    recipe: Recipe,
    state: RunState,
    on_epoch: Callable[[int, dict[str, float]], None],
    verbose: bool,
) -> None:
    """Train the encoder from where the state stands until it is good enough or the epochs are used up."""
    if _good_enough(state, recipe):
        return
    train, val = data.parts.train, data.parts.val
    source: PatternSource = data.source
    if recipe.cache:
        source = MemorySource(source, np.sort(np.concatenate([train, val])))
    targets = target.encode(data.rotations[train])
    batches, order = shuffled_patterns(source, train, targets, recipe.batch_size, recipe.seed)

    def score_validation() -> Scores:
        return score(predict(model, source, val), data.rotations[val], data.symmetry)

    restored = not state.epochs
    for head_only, last in _phases(recipe):
        if last < state.epochs or _good_enough(state, recipe):
            continue
        _freeze(model.network, head_only)
        model.encoder.compile(_optimizer(recipe, steps=batches.cardinality().numpy()), target.loss())
        if not restored:
            _restore(model.encoder, state)
            restored = True
        interrupt = HeedInterrupt()
        progress = ShowProgress("Training the head" if head_only else "Training", state.epochs)
        callbacks = [
            interrupt,
            FollowEpoch(order),
            RequireFiniteLoss(),
            Stopwatch(),
            ScoreValidation(model.network, score_validation, recipe.score_every, recipe.stop_r2, state),
            *([progress] if verbose else []),
            Checkpoint(state, on_epoch),
        ]
        if state.epochs < last:
            with _stopped(progress.on_train_end), interrupt.watching():
                model.encoder.fit(
                    batches,
                    epochs=last,
                    initial_epoch=state.epochs,
                    shuffle=False,
                    verbose=0,
                    callbacks=callbacks,
                )


def _phases(recipe: Recipe) -> list[tuple[bool, int]]:
    """Return whether the head alone is trained, and until which epoch."""
    head = min(recipe.freeze, recipe.max_epochs)
    return [*([(True, head)] if head else []), (False, recipe.max_epochs)]


def _freeze(network: keras.Model, head_only: bool) -> None:
    for layer in network.layers:
        layer.trainable = not head_only or layer.name.startswith("head")


def _good_enough(state: RunState, recipe: Recipe) -> bool:
    """Whether the training had ended already and was interrupted in what comes after it."""
    return bool(state.history) and state.history[-1].get("val_r2", -np.inf) > recipe.stop_r2


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    rate = recipe.learning_rate
    if recipe.schedule == "exponential":
        rate = PaperDecay(rate, 1 if recipe.decay_per == "step" else steps)
    adam = keras.optimizers.Adam(rate)
    # Gradients of float16 would vanish without.
    return keras.optimizers.LossScaleOptimizer(adam) if recipe.precision == "float16" else adam


def _restore(encoder: keras.Model, state: RunState) -> None:
    """Load weights and optimizer as they were after the last finished epoch, if there was one."""
    if state.epochs:
        encoder.optimizer.build(encoder.trainable_variables)
        encoder.load_weights(state.latest_weights(state.epochs))


@contextlib.contextmanager
def _stopped(stop: Callable[[], None]) -> Iterator[None]:
    """Stop the progress bar also when an error or Ctrl-C ends the work, and leave the terminal as it was."""
    try:
        yield
    finally:
        stop()
