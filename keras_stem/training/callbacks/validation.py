"""DS_Val is scored every few epochs, as in the paper."""

from collections.abc import Callable

import keras

from keras_stem.metrics.scores import Scores
from keras_stem.training.callbacks.weights import save_weights
from keras_stem.training.criterion import Criterion
from keras_stem.training.state import RunState


class ScoreValidation(keras.callbacks.Callback):
    """Score DS_Val every few epochs, keep the best weights, and stop when they are good enough.

    The scores join the epoch's logs as ``val_r2``, ``val_median`` and so on. Best is the lowest geometric
    mean of the disorientations. The last epoch is always scored.

    Parameters
    ----------
    network
        Whose weights are kept.
    score
        Returns the scores of the model as it is.
    every
        Number of epochs between two scores.
    stop
        Training stops when this is met.
    state
        Keeps the best score and weights.
    """

    def __init__(
        self, network: keras.Model, score: Callable[[], Scores], every: int, stop: Criterion, state: RunState
    ):
        super().__init__()
        self._network = network
        self._score = score
        self._every = every
        self._stop = stop
        self._state = state

    def on_epoch_end(self, epoch, logs=None):  # noqa: D102
        if (epoch + 1) % self._every and epoch + 1 != self.params["epochs"]:
            return
        scores = self._score()
        named = scores.named("val")
        if logs is not None:
            logs.update(named)
        if self._state.best is None or scores.geometric < self._state.best:
            self._state.best = scores.geometric
            save_weights(self._network, self._state.best_weights)
        if self._stop.met(named):
            self.model.stop_training = True
