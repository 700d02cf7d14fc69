"""Training loop over the epochs: optionally the head alone first, then the whole network."""

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
    """Training loop that continues from a state until the criterion is met or the last epoch is reached.

    Parameters
    ----------
    model
        Model whose encoder is trained in place.
    head
        Head, that is, the representation of the orientations.
    data, recipe
        Training data and recipe.
    state
        State of the training, which is kept up to date on disk.
    on_epoch
        Function that is called after each epoch with its number, counted from 1, and its logs.
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
        """Run the training."""
        if self._good_enough():
            return
        with HeedInterrupt().watching():
            batches, order = batches_of(self.data, self.recipe, self.head)
        restore = self.state.epochs > 0
        for head_only, last in self._phases():
            if last < self.state.epochs or self._good_enough():
                continue
            compile_model(self.model, self.head, self.recipe, int(batches.cardinality()), head_only)
            if restore:  # the last finished epoch belongs to this phase
                self._restore()
                restore = False
            if self.state.epochs < last:
                self._fit(batches, order, head_only, last)
        self.model.encoder.optimizer = None  # it would be saved with the model and triple the file size

    def _phases(self) -> list[tuple[bool, int]]:
        """Return, for each phase, whether only the head is trained and the number of its last epoch."""
        head = min(self.recipe.freeze, self.recipe.max_epochs)
        return [*([(True, head)] if head else []), (False, self.recipe.max_epochs)]

    def _restore(self) -> None:
        """Load the weights and the optimizer state of the last finished epoch."""
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
        """Return whether the last epoch met the criterion."""
        history = self.state.history
        return bool(history) and self._criterion.met(history[-1])


def batches_of(data: TrainingData, recipe: Recipe, head: Head) -> tuple[tf.data.Dataset, Epoch]:
    """Return the batches of an epoch as the loss of a head takes them, and the epoch that they follow."""
    batches, order = data.train.batches(recipe.batch_size, head)
    if head.needs_progress:
        batches = with_progress(batches, order, recipe.max_epochs)
    return batches, order


def compile_model(
    model: OrientationModel, head: Head, recipe: Recipe, steps: int, head_only: bool = False
) -> None:
    """Compile the encoder of a model for training, given the number of steps per epoch."""
    for layer in model.network.layers:
        layer.trainable = not head_only or layer.name.startswith("head")
    model.encoder.compile(optimizer_of(recipe, steps), head.loss())


def optimizer_of(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer of a recipe, given the number of steps per epoch."""
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
    # Without loss scaling, float16 gradients would underflow.
    return keras.optimizers.LossScaleOptimizer(optimizer) if recipe.precision == "float16" else optimizer
