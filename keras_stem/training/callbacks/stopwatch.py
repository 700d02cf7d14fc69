"""How long the epochs take."""

import time

import keras


class Stopwatch(keras.callbacks.Callback):
    """Log the seconds of each epoch's training as ``seconds``; comes before what scores and saves."""

    def on_epoch_begin(self, epoch, logs=None):  # noqa: D102
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):  # noqa: D102
        if logs is not None:
            logs["seconds"] = time.perf_counter() - self._start
