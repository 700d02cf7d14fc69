"""Callback that scores DS_Val every few epochs, as in the paper."""

from collections.abc import Callable

import keras

from keras_stem.metrics.scores import Scores
from keras_stem.training.callbacks.weights import save_weights
from keras_stem.training.criterion import Criterion
from keras_stem.training.state import RunState


class ScoreValidation(keras.callbacks.Callback):
    """Callback that scores DS_Val every few epochs, saves the best weights and stops the training early.

    The scores are added to the logs of the epoch as ``val_r2``, ``val_median`` and so on. The best weights
    are those with the lowest geometric mean of the disorientations. The last epoch is always scored.

    Parameters
    ----------
    network
        Network whose weights are saved.
    score
        Function that returns the scores of the current model.
    every
        Number of epochs between two validations.
    stop
        Criterion that stops the training when it is met.
    state
        State of the training, which stores the best score and the path of the best weights.
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

    def on_epoch_end(self, epoch, logs=None) -> None:  # noqa: D102
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
