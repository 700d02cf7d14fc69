"""Callback that times the epochs."""

import time

import keras


class Stopwatch(keras.callbacks.Callback):
    """Callback that logs the training time of each epoch as ``seconds``.

    It has to precede the callbacks that score and save, whose time is not included.
    """

    def on_epoch_begin(self, epoch, logs=None) -> None:  # noqa: D102
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None) -> None:  # noqa: D102
        if logs is not None:
            logs["seconds"] = time.perf_counter() - self._start
