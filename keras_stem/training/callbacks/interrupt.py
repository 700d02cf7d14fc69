"""Ctrl-C takes effect between two batches."""

import contextlib
import signal
import threading
from collections.abc import Iterator

import keras


class HeedInterrupt(keras.callbacks.Callback):
    """End the work after the batch in which Ctrl-C was pressed; pressed again, it ends at once.

    Compiled code of the backends calls Python now and then. An interrupt that comes up there may be printed
    and forgotten, and the work goes on. So a batch is not interrupted.
    """

    def __init__(self):
        super().__init__()
        self._pressed = False

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Hold Ctrl-C back inside the block until a batch ends, or the block does."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread hears Ctrl-C, and may ask for it
            return
        before = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, self._press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
        self._heed()

    def on_train_batch_end(self, batch, logs=None):  # noqa: D102
        self._heed()

    def on_predict_batch_end(self, batch, logs=None):  # noqa: D102
        self._heed()

    def _press(self, number, frame):
        if self._pressed:
            raise KeyboardInterrupt
        self._pressed = True

    def _heed(self):
        if self._pressed:
            raise KeyboardInterrupt
