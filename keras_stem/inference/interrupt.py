"""Deferral of Ctrl-C and of other terminating signals to the end of a batch."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import keras

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class HeedInterrupt(keras.callbacks.Callback):
    """Callback that defers a signal to the end of the batch; a second Ctrl-C takes effect immediately.

    Compiled code of the backends calls Python occasionally. An interrupt raised there may be printed and
    discarded, so that the computation continues; batches are therefore not interrupted. Signals without a
    Python handler are left to the operating system.
    """

    def __init__(self):
        super().__init__()
        self._handlers: dict[int, Callable[[int, FrameType | None], None]] = {}
        self._received: int | None = None

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Defer signals inside the context until a batch or the context ends."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread receives signals and may install handlers
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

    def on_train_batch_end(self, batch, logs=None) -> None:  # noqa: D102
        self.heed()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self._received is None:
            self._received = number
        elif number == signal.SIGINT:
            raise KeyboardInterrupt

    def heed(self) -> None:
        """Call the original handler of a signal that was received, if any."""
        if self._received is not None:
            self._handlers[self._received](self._received, None)
