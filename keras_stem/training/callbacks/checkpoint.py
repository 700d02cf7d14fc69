"""The state of the training after each epoch."""

import contextlib
from collections.abc import Callable

import keras

from keras_stem.training.callbacks.weights import save_weights
from keras_stem.training.state import RunState


class Checkpoint(keras.callbacks.Callback):
    """After each epoch, record its logs and write all that `--resume` needs.

    Keras's BackupAndRestore writes the weights and the epoch one after the other, so that a kill between
    the two repeats an epoch on its own result. Here a single file, replaced at once, names the weights that
    belong to it. Comes last of all callbacks, when the logs are complete.

    Parameters
    ----------
    state
        Where the training stands.
    on_epoch
        Called with the number of the epoch, from 1, and its logs.
    """

    def __init__(self, state: RunState, on_epoch: Callable[[int, dict[str, float]], None]):
        super().__init__()
        self._state = state
        self._on_epoch = on_epoch

    def on_epoch_end(self, epoch, logs=None):  # noqa: D102
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
