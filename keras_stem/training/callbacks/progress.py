"""Progress display of a training: a progress bar on a terminal, otherwise one line per scored epoch."""

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class ShowProgress(keras.callbacks.Callback):
    """Progress bar over all epochs, with the loss and the most recent scores on DS_Val.

    Parameters
    ----------
    what
        Label of the progress bar.
    first
        Number of epochs that are already finished.
    """

    def __init__(self, what: str = "Training", first: int = 0):
        super().__init__()
        self._progress = Progress()
        self._what = what
        self._first = first
        self._scores = ""

    def on_train_begin(self, logs=None) -> None:  # noqa: D102
        columns = (
            TextColumn(self._what),
            BarColumn(bar_width=16),
            TextColumn("{task.completed}/{task.total} epochs"),
            TextColumn("{task.fields[note]}"),
        )
        self._progress = Progress(*columns, TimeElapsedColumn())
        self._task = self._progress.add_task(
            "fit", total=self.params["epochs"], completed=self._first, note=""
        )
        self._progress.start()

    def on_epoch_end(self, epoch, logs=None) -> None:  # noqa: D102
        logs = logs or {}
        self._scores = _scores_text(logs) or self._scores
        self._progress.update(self._task, completed=epoch + 1, note=_loss_text(logs) + self._scores)

    def on_train_end(self, logs=None) -> None:  # noqa: D102
        self._progress.stop()


class PrintScores(keras.callbacks.Callback):
    """Printed line per scored epoch, for files and pipes, where a progress bar appears only at its end.

    Parameters
    ----------
    what
        Label at the beginning of each line.
    """

    def __init__(self, what: str = "Training"):
        super().__init__()
        self._what = what
        self._begin = time.monotonic()

    def on_epoch_end(self, epoch, logs=None) -> None:  # noqa: D102
        scores = _scores_text(logs or {})
        if scores:
            passed = timedelta(seconds=round(time.monotonic() - self._begin))
            done = f"{self._what} {epoch + 1}/{self.params['epochs']} epochs"
            print(f"{done} {_loss_text(logs)}{scores} {passed}", flush=True)


def training_progress(what: str, first: int) -> ShowProgress | PrintScores:
    """Return the callback that shows progress: a progress bar on a terminal, printed lines elsewhere.

    Parameters
    ----------
    what
        Label of the progress display.
    first
        Number of epochs that are already finished.
    """
    console = Console()
    return ShowProgress(what, first) if console.is_terminal or console.is_jupyter else PrintScores(what)


def _loss_text(logs: dict[str, float]) -> str:
    return f"loss {logs.get('loss', float('nan')):.1e}"


def _scores_text(logs: dict[str, float]) -> str:
    """Return the scores on DS_Val as text, which is empty for an epoch without validation."""
    return f"  R2 {logs['val_r2']:.3f}  {logs['val_median']:.2f} deg" if "val_r2" in logs else ""


@contextlib.contextmanager
def stopped(stop: Callable[[], None]) -> Iterator[None]:
    """Stop a progress bar at the end of the block, also after an error or Ctrl-C, to restore the terminal."""
    try:
        yield
    finally:
        stop()
