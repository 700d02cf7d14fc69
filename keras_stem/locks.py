"""Locks between processes."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from keras_stem.files import existing_folder


@contextlib.contextmanager
def locked(path: str | Path) -> Iterator[bool]:
    """Lock a file in the context, and yield whether no other process has locked it.

    On a file system without locks (Lustre, unless mounted with them), it is as if no process had locked it,
    unless filelock can do without.

    Raises
    ------
    KerasStemError
        If its folder cannot be created or written.
    """
    path = Path(path)
    lock = FileLock(existing_folder(path.parent) / path.name)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        yield False
        return
    except NotImplementedError:
        yield True
        return
    try:
        yield True
    finally:
        lock.release()
