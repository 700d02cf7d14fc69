"""The epochs of a training: the head alone first, if it is asked for, then the whole network."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.dataset import shuffled_patterns
from keras_stem.pipeline.order import Shuffled
from keras_stem.pipeline.source import MemorySource, PatternSource
from keras_stem.training.callbacks.checkpoint import Checkpoint
from keras_stem.training.callbacks.finite import RequireFiniteLoss
from keras_stem.training.callbacks.interrupt import HeedInterrupt
from keras_stem.training.callbacks.order import FollowEpoch
from keras_stem.training.callbacks.progress import ShowProgress, stopped
from keras_stem.training.callbacks.stopwatch import Stopwatch
from keras_stem.training.callbacks.validation import ScoreValidation
from keras_stem.training.data import TrainingData
from keras_stem.training.predict import predict
from keras_stem.training.recipe import Recipe
from keras_stem.training.schedule import PaperDecay
from keras_stem.training.scores import Scores, score
from keras_stem.training.state import RunState
from keras_stem.training.targets import Target


@dataclass(frozen=True)
class EpochLoop:
    """Trains a model's encoder from where a state stands, until it is good enough or the epochs are used up.

    Parameters
    ----------
    model
        Changed in place.
    target
        Representation of the orientation.
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
    target: Target
    data: TrainingData
    recipe: Recipe
    state: RunState
    on_epoch: Callable[[int, dict[str, float]], None]
    verbose: bool

    def run(self) -> None:
        """Train."""
        if self._good_enough():
            return
        train, val = self.data.parts.train, self.data.parts.val
        source: PatternSource = self.data.source
        if self.recipe.cache:
            source = MemorySource(source, np.sort(np.concatenate([train, val])))
        targets = self.target.encode(self.data.rotations[train])
        batches, order = shuffled_patterns(source, train, targets, self.recipe.batch_size, self.recipe.seed)
        restore = self.state.epochs > 0
        for head_only, last in self._phases():
            if last < self.state.epochs or self._good_enough():
                continue
            self._compile(head_only, steps=batches.cardinality().numpy())
            if restore:  # the last finished epoch was one of this phase
                self._restore()
                restore = False
            if self.state.epochs < last:
                self._fit(batches, order, source, head_only, last)
        self.model.encoder.optimizer = None  # would be saved with the model, and make it three times as large

    def _phases(self) -> list[tuple[bool, int]]:
        """Whether the head alone is trained, and until which epoch."""
        head = min(self.recipe.freeze, self.recipe.max_epochs)
        return [*([(True, head)] if head else []), (False, self.recipe.max_epochs)]

    def _compile(self, head_only: bool, steps: int) -> None:
        for layer in self.model.network.layers:
            layer.trainable = not head_only or layer.name.startswith("head")
        self.model.encoder.compile(_optimizer(self.recipe, steps), self.target.loss())

    def _restore(self) -> None:
        """Load weights and optimizer as they were after the last finished epoch."""
        encoder = self.model.encoder
        encoder.optimizer.build(encoder.trainable_variables)
        encoder.load_weights(self.state.latest_weights(self.state.epochs))

    def _fit(
        self, batches: tf.data.Dataset, order: Shuffled, source: PatternSource, head_only: bool, last: int
    ) -> None:
        interrupt = HeedInterrupt()
        progress = ShowProgress("Training the head" if head_only else "Training", self.state.epochs)
        callbacks = [
            interrupt,
            FollowEpoch(order),
            RequireFiniteLoss(),
            Stopwatch(),
            self._validation(source),
            *([progress] if self.verbose else []),
            Checkpoint(self.state, self.on_epoch),
        ]
        settings = {"epochs": last, "initial_epoch": self.state.epochs, "callbacks": callbacks}
        with stopped(progress.on_train_end), interrupt.watching():
            self.model.encoder.fit(batches, shuffle=False, verbose=0, **settings)

    def _validation(self, source: PatternSource) -> keras.callbacks.Callback:
        data, recipe, val = self.data, self.recipe, self.data.parts.val

        def score_validation() -> Scores:
            return score(predict(self.model, source, val), data.rotations[val], data.symmetry)

        return ScoreValidation(
            self.model.network, score_validation, recipe.score_every, recipe.stop_r2, self.state
        )

    def _good_enough(self) -> bool:
        """Whether the last epoch reached the criterion."""
        history = self.state.history
        return bool(history) and history[-1].get("val_r2", -np.inf) > self.recipe.stop_r2


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    rate = recipe.learning_rate
    if recipe.schedule == "exponential":
        rate = PaperDecay(rate, 1 if recipe.decay_per == "step" else steps)
    adam = keras.optimizers.Adam(rate)
    # Gradients of float16 would vanish without.
    return keras.optimizers.LossScaleOptimizer(adam) if recipe.precision == "float16" else adam
