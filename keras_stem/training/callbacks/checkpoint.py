"""Callback that saves the training state after each epoch."""

import contextlib
from collections.abc import Callable

import keras

from keras_stem.training.callbacks.weights import save_weights
from keras_stem.training.state import RunState


class Checkpoint(keras.callbacks.Callback):
    """Callback that records the logs of each epoch and writes everything that `--resume` needs.

    Keras's BackupAndRestore writes the weights and the epoch number one after the other; if the process is
    killed between the two, an epoch is repeated from weights that already include it. Here, a single file
    that is replaced atomically names the weights that belong to it. This callback has to be the last one, so
    that the logs are complete.

    Parameters
    ----------
    state
        State of the training.
    on_epoch
        Function that is called with the epoch number, counted from 1, and the logs of the epoch.
    """

    def __init__(self, state: RunState, on_epoch: Callable[[int, dict[str, float]], None]):
        super().__init__()
        self._state = state
        self._on_epoch = on_epoch

    def on_epoch_end(self, epoch, logs=None) -> None:  # noqa: D102
        logs = {name: float(value) for name, value in (logs or {}).items()}
        logs["learning_rate"] = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self._on_epoch(epoch + 1, logs)
        state = self._state
        previous = state.latest_weights(state.epochs)
        save_weights(self.model, state.latest_weights(epoch + 1))
        state.history.append(logs)
        state.epochs = epoch + 1
        state.save()
        with contextlib.suppress(OSError):
            previous.unlink(missing_ok=True)
