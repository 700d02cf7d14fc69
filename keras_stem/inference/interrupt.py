"""Ctrl-C, and signals that end the program, take effect between two batches."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import keras

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class HeedInterrupt(keras.callbacks.Callback):
    """End the work after the batch in which a signal came; if Ctrl-C is pressed again, it ends at once.

    Compiled code of the backends calls Python now and then. An interrupt that comes up there may be printed
    and forgotten, and the work goes on. So a batch is not interrupted. Signals that nobody handles are left
    to the operating system.
    """

    def __init__(self):
        super().__init__()
        self._handlers: dict[int, Callable[[int, FrameType | None], None]] = {}
        self._received: int | None = None

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Hold signals back inside the block until a batch ends, or the block does."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread hears signals, and may ask for them
            return
        found = {number: signal.getsignal(number) for number in _SIGNALS}
        self._handlers = {number: handler for number, handler in found.items() if callable(handler)}
        for number in self._handlers:
            signal.signal(number, self._receive)
        try:
            yield
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
        self.heed()

    def on_train_batch_end(self, batch, logs=None):  # noqa: D102
        self.heed()

    def on_predict_batch_end(self, batch, logs=None):  # noqa: D102
        self.heed()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self._received is None:
            self._received = number
        elif number == signal.SIGINT:
            raise KeyboardInterrupt

    def heed(self) -> None:
        """Let a signal that came take effect now."""
        if self._received is not None:
            self._handlers[self._received](self._received, None)
