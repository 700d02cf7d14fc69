"""The training itself. It knows nothing of where runs are tracked."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.dataset import ordered_patterns, shuffled_patterns
from keras_stem.pipeline.source import MemorySource, PatternSource
from keras_stem.training.assemble import assemble
from keras_stem.training.callbacks.checkpoint import Checkpoint
from keras_stem.training.callbacks.finite import RequireFiniteLoss
from keras_stem.training.callbacks.interrupt import HeedInterrupt
from keras_stem.training.callbacks.order import FollowEpoch
from keras_stem.training.callbacks.progress import ShowPredictions, ShowProgress
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
    """

    model: OrientationModel
    history: list[dict[str, float]]
    predictions: dict[str, np.ndarray]
    scores: dict[str, Scores]


def train(
    data: TrainingData,
    recipe: Recipe,
    state: RunState,
    on_epoch: Callable[[int, dict[str, float]], None] = lambda epoch, logs: None,
    verbose: bool = True,
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
    with data.source.plain_errors():
        _run_epochs(model, target, data, recipe, state, on_epoch, verbose)
        model.encoder.load_weights(state.best_weights)
        predictions = {name: predict(model, data.source, where) for name, where in data.scored.items()}
    scores = {
        name: score(predictions[name], data.rotations[where], data.symmetry)
        for name, where in data.scored.items()
    }
    return Trained(model, state.history, predictions, scores)


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
    model.encoder.compile(_optimizer(recipe, steps=batches.cardinality().numpy()), target.loss())
    _restore(model.encoder, state)

    def score_validation() -> Scores:
        return score(predict(model, source, val), data.rotations[val], data.symmetry)

    interrupt = HeedInterrupt()
    progress = ShowProgress(state.epochs)
    with _stopped(progress.on_train_end), interrupt.watching():
        model.encoder.fit(
            batches,
            epochs=recipe.max_epochs,
            initial_epoch=state.epochs,
            shuffle=False,
            verbose=0,
            callbacks=[
                interrupt,
                FollowEpoch(order),
                RequireFiniteLoss(),
                ScoreValidation(score_validation, recipe.score_every, recipe.stop_r2, state),
                *([progress] if verbose else []),
                Checkpoint(state, on_epoch),
            ],
        )


def _good_enough(state: RunState, recipe: Recipe) -> bool:
    """Whether the training had ended already and was interrupted in what comes after it."""
    return bool(state.history) and state.history[-1].get("val_r2", -np.inf) > recipe.stop_r2


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    if recipe.schedule == "constant":
        return keras.optimizers.Adam(recipe.learning_rate)
    steps_per_i = 1 if recipe.decay_per == "step" else steps
    return keras.optimizers.Adam(PaperDecay(recipe.learning_rate, steps_per_i))


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
