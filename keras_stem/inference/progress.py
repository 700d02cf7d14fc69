"""Progress bar over patterns."""

import contextlib
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextlib.contextmanager
def blocks_progress(what: str, patterns: int, verbose: bool) -> Iterator[Callable[[int], None]]:
    """Show a progress bar over patterns if ``verbose``; yield a function that advances it by a number."""
    if not verbose:
        yield lambda done: None
        return
    with _progress_bar() as progress:
        task = progress.add_task(what, total=patterns)
        yield lambda done: progress.advance(task, done)


@contextlib.contextmanager
def progress_of_unknown(what: str, verbose: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar if ``verbose``; yield a function of the number of patterns so far, and of all."""
    if not verbose:
        yield lambda done, total: None
        return
    with _progress_bar() as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _progress_bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=16), MofNCompleteColumn())
    return Progress(*columns, TextColumn("patterns"), TimeElapsedColumn())
