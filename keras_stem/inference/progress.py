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
    columns = (TextColumn(what), BarColumn(bar_width=16), MofNCompleteColumn(), TextColumn("patterns"))
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task(what, total=patterns)
        yield lambda done: progress.advance(task, done)
