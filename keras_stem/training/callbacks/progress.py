"""One line that shows how the training goes."""

import keras
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class ShowProgress(keras.callbacks.Callback):
    """A progress bar over all epochs, with the loss and the last scores on DS_Val.

    Parameters
    ----------
    first
        Number of epochs that are done already.
    """

    def __init__(self, first: int = 0):
        super().__init__()
        self._first = first
        self._scores = ""

    def on_train_begin(self, logs=None):  # noqa: D102
        columns = (
            TextColumn("Training"),
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
