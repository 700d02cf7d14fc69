"""One line that shows how the work goes."""

import contextlib
from collections.abc import Callable, Iterator

import keras
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class ShowProgress(keras.callbacks.Callback):
    """A progress bar over all epochs, with the loss and the last scores on DS_Val.

    Parameters
    ----------
    what
        Its name.
    first
        Number of epochs that are done already.
    """

    def __init__(self, what: str = "Training", first: int = 0):
        super().__init__()
        self._progress = Progress()
        self._what = what
        self._first = first
        self._scores = ""

    def on_train_begin(self, logs=None):  # noqa: D102
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

    def on_epoch_end(self, epoch, logs=None):  # noqa: D102
        logs = logs or {}
        if "val_r2" in logs:
            self._scores = f"  R2 {logs['val_r2']:.3f}  {logs['val_median']:.2f} deg"
        note = f"loss {logs.get('loss', float('nan')):.1e}{self._scores}"
        self._progress.update(self._task, completed=epoch + 1, note=note)

    def on_train_end(self, logs=None):  # noqa: D102
        self._progress.stop()


class ShowPredictions(keras.callbacks.Callback):
    """A progress bar over the patterns of a prediction.

    Parameters
    ----------
    patterns
        Number of patterns.
    batch_size
        Number in a batch.
    """

    def __init__(self, patterns: int, batch_size: int):
        super().__init__()
        self._patterns = patterns
        self._batch_size = batch_size
        columns = (
            TextColumn("Mapping"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("patterns"),
        )
        self._progress = Progress(*columns, TimeElapsedColumn())

    def on_predict_begin(self, logs=None):  # noqa: D102
        self._task = self._progress.add_task("predict", total=self._patterns)
        self._progress.start()

    def on_predict_batch_end(self, batch, logs=None):  # noqa: D102
        done = min((batch + 1) * self._batch_size, self._patterns)
        self._progress.update(self._task, completed=done)

    def on_predict_end(self, logs=None):  # noqa: D102
        self._progress.stop()


@contextlib.contextmanager
def stopped(stop: Callable[[], None]) -> Iterator[None]:
    """Stop a progress bar also when an error or Ctrl-C ends the work, and leave the terminal as it was."""
    try:
        yield
    finally:
        stop()


@contextlib.contextmanager
def blocks_progress(what: str, patterns: int, verbose: bool) -> Iterator[Callable[[int], None]]:
    """Show a progress bar over patterns, if wanted; yield a function that takes how many are new."""
    if not verbose:
        yield lambda done: None
        return
    columns = (TextColumn(what), BarColumn(bar_width=16), MofNCompleteColumn(), TextColumn("patterns"))
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task(what, total=patterns)
        yield lambda done: progress.advance(task, done)
