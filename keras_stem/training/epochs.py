"""The epochs of a training: the head alone first, if it is asked for, then the whole network."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import tensorflow as tf

from keras_stem.heads.head import Head
from keras_stem.inference.interrupt import HeedInterrupt
from keras_stem.inference.predictions import predict
from keras_stem.metrics.scores import Scores, score
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.dataset import with_progress
from keras_stem.pipeline.order import Epoch
from keras_stem.training.callbacks.checkpoint import Checkpoint
from keras_stem.training.callbacks.finite import RequireFiniteLoss
from keras_stem.training.callbacks.order import FollowEpoch
from keras_stem.training.callbacks.progress import stopped, training_progress
from keras_stem.training.callbacks.stopwatch import Stopwatch
from keras_stem.training.callbacks.validation import ScoreValidation
from keras_stem.training.criterion import Criterion
from keras_stem.training.data import TrainingData
from keras_stem.training.recipe import Recipe
from keras_stem.training.schedule import PaperDecay, rise_and_fall
from keras_stem.training.state import RunState


@dataclass(frozen=True)
class EpochLoop:
    """Trains a model's encoder from where a state stands, until it is good enough or the epochs are used up.

    Parameters
    ----------
    model
        Changed in place.
    head
        Representation of the orientations.
    data, recipe
        What to train on, and how.
    state
        Kept up to date on disk.
    on_epoch
        Called after each epoch with its number, from 1, and its logs.
    verbose
        Whether to show progress.
    """

    model: OrientationModel
    head: Head
    data: TrainingData
    recipe: Recipe
    state: RunState
    on_epoch: Callable[[int, dict[str, float]], None]
    verbose: bool

    def run(self) -> None:
        """Train."""
        if self._good_enough():
            return
        with HeedInterrupt().watching():
            batches, order = self._batches()
        restore = self.state.epochs > 0
        for head_only, last in self._phases():
            if last < self.state.epochs or self._good_enough():
                continue
            self._compile(head_only, steps=batches.cardinality().numpy())
            if restore:  # the last finished epoch was one of this phase
                self._restore()
                restore = False
            if self.state.epochs < last:
                self._fit(batches, order, head_only, last)
        self.model.encoder.optimizer = None  # would be saved with the model, and make it three times as large

    def _batches(self) -> tuple[tf.data.Dataset, Epoch]:
        batches, order = self.data.train.batches(self.recipe.batch_size, self.head)
        if self.head.needs_progress:
            batches = with_progress(batches, order, self.recipe.max_epochs)
        return batches, order

    def _phases(self) -> list[tuple[bool, int]]:
        """Whether the head alone is trained, and until which epoch."""
        head = min(self.recipe.freeze, self.recipe.max_epochs)
        return [*([(True, head)] if head else []), (False, self.recipe.max_epochs)]

    def _compile(self, head_only: bool, steps: int) -> None:
        for layer in self.model.network.layers:
            layer.trainable = not head_only or layer.name.startswith("head")
        self.model.encoder.compile(optimizer_of(self.recipe, steps), self.head.loss())

    def _restore(self) -> None:
        """Load weights and optimizer as they were after the last finished epoch."""
        encoder = self.model.encoder
        encoder.optimizer.build(encoder.trainable_variables)
        encoder.load_weights(self.state.latest_weights(self.state.epochs))

    def _fit(self, batches: tf.data.Dataset, order: Epoch, head_only: bool, last: int) -> None:
        interrupt = HeedInterrupt()
        progress = training_progress("Training the head" if head_only else "Training", self.state.epochs)
        callbacks = [
            interrupt,
            FollowEpoch(order),
            RequireFiniteLoss(),
            Stopwatch(),
            self._validation(),
            *([progress] if self.verbose else []),
            Checkpoint(self.state, self.on_epoch),
        ]
        settings = {"epochs": last, "initial_epoch": self.state.epochs, "callbacks": callbacks}
        with stopped(progress.on_train_end), interrupt.watching():
            self.model.encoder.fit(batches, shuffle=False, verbose=0, **settings)

    def _validation(self) -> keras.callbacks.Callback:
        val = self.data.scored["val"]

        def score_validation() -> Scores:
            euler = predict(self.model, val.source, val.positions).euler
            return score(euler, val.rotations, self.data.symmetry)

        return ScoreValidation(
            self.model.network, score_validation, self.recipe.score_every, self._criterion, self.state
        )

    @property
    def _criterion(self) -> Criterion:
        return Criterion.parse(self.recipe.stop)

    def _good_enough(self) -> bool:
        """Whether the last epoch reached the criterion."""
        history = self.state.history
        return bool(history) and self._criterion.met(history[-1])


def optimizer_of(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer of a recipe with so many steps in an epoch."""
    rate = recipe.learning_rate
    if recipe.schedule == "exponential":
        rate = PaperDecay(rate, 1 if recipe.decay_per == "step" else steps)
    elif recipe.schedule == "cosine":
        rate = rise_and_fall(rate, recipe.max_epochs * steps)
    clip = recipe.clip_norm or None
    if recipe.weight_decay:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, global_clipnorm=clip)
    else:
        optimizer = keras.optimizers.Adam(rate, global_clipnorm=clip)
    # Gradients of float16 would vanish without.
    return keras.optimizers.LossScaleOptimizer(optimizer) if recipe.precision == "float16" else optimizer
