"""Atomic writing of files and folders, which appear under their name only when they are complete."""

import contextlib
import errno
import glob
import hashlib
import os
import re
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from keras_stem.errors import KerasStemError, reason_of

LONGEST_PART = 100
"""Largest length of a part of a file name (bytes); file systems allow 255 in total."""


@contextlib.contextmanager
def complete_file(path: str | Path, replace: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it when the block ends without an error.

    Leftovers of the same file from killed processes on this machine are removed.

    Parameters
    ----------
    path
        Path at which the file appears once it is complete. An existing file is not changed until then.
    replace
        Whether to replace a file that exists at the end, which another process may have written meanwhile.

    Yields
    ------
    Path
        Temporary path in the same folder, with the same suffixes.

    Raises
    ------
    KerasStemError
        If the file cannot be written (missing folder, no permission, disk full).
    """
    path = Path(path)
    if path.is_dir():
        raise KerasStemError(f"Cannot write {path}: it is a folder.")
    if not path.parent.is_dir():
        raise KerasStemError(f"Cannot write {path}: there is no folder {path.parent}.")
    partial = path.with_name(_temporary(path.name))
    try:
        _remove_leftovers(path.parent, path.name)
        partial.unlink(missing_ok=True)  # from a killed process with the same id, as in containers
        yield partial
        partial.replace(path) if replace else _give_name(partial, path)
    except OSError as error:
        raise KerasStemError(f"Cannot write {path}: {_reason(error)}.") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def complete_folder(path: str | Path) -> Iterator[Path]:
    """Yield a temporary folder whose files are moved to ``path`` when the block ends without an error.

    Leftovers of killed processes on this machine are removed from ``path``.

    Parameters
    ----------
    path
        The folder, created if it does not exist. Files of the same name are replaced, others are kept.

    Yields
    ------
    Path
        Temporary folder on the same file system.

    Raises
    ------
    KerasStemError
        If the folder cannot be written.
    """
    path = Path(path)
    created = not path.exists()
    # The name is set before the folder exists, so that Ctrl-C at any moment leaves nothing behind.
    staging = path / _temporary(uuid.uuid4().hex[:8])
    try:
        existing_folder(path)
        _remove_leftovers(path)
        staging.mkdir()
        yield staging
        for item in staging.iterdir():
            item.replace(path / item.name)
    except OSError as error:
        raise KerasStemError(f"Cannot write to {path}: {_reason(error)}.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if created:
            with contextlib.suppress(OSError):
                path.rmdir()  # only if it is empty


@contextlib.contextmanager
def complete_tree(path: str | Path, require_replaceable: Callable[[Path], None]) -> Iterator[Path]:
    """Yield a temporary folder beside ``path`` that replaces it when the block ends without an error.

    Leftovers of the same folder from killed processes on this machine are removed.

    Parameters
    ----------
    path
        Path at which the folder appears once it is complete. What exists there is not changed until then.
    require_replaceable
        Function that raises `KerasStemError` if what exists at a path is not to be replaced.

    Yields
    ------
    Path
        Temporary folder in the same folder. If the block ends with an error, it is renamed before it is
        deleted, so that other processes no longer find it.

    Raises
    ------
    KerasStemError
        If the folder cannot be written (missing folder, no permission, disk full).
    """
    path = Path(path)
    require_replaceable(path)
    if not path.parent.is_dir():
        raise KerasStemError(f"Cannot write {path}: there is no folder {path.parent}.")
    partial, before, discarded = (
        path.with_name(_temporary(f"{path.name}{ending}")) for ending in ("", "-before", "-discarded")
    )
    try:
        _remove_leftovers(path.parent, path.name)
        _remove(partial)  # from a killed process with the same id, as in containers
        partial.mkdir()
        yield partial
        require_replaceable(path)
        _exchange(partial, path, before)
    except OSError as error:
        raise KerasStemError(f"Cannot write {path}: {_reason(error)}.") from error
    finally:
        with contextlib.suppress(OSError):
            partial.replace(discarded)
        _remove(discarded)
        if path.exists():
            _remove(before)


def _exchange(new: Path, path: Path, before: Path) -> None:
    """Rename a folder to a path, and what is there to another; no path changes if that fails."""
    try:
        if os.path.lexists(path):
            path.replace(before)
        new.replace(path)
    except BaseException:
        if os.path.lexists(before) and not os.path.lexists(path):
            before.replace(path)
        raise


def _remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, as far as possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink()


def existing_folder(path: str | Path) -> Path:
    """Return a writable folder, created if it does not exist.

    Raises
    ------
    KerasStemError
        If the folder cannot be created or written.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise KerasStemError(f"Cannot write to the folder {path}: {_reason(error)}.") from error
    return path


def reserve(path: str | Path, size: int) -> None:
    """Reserve disk space beyond the end of a file, so that later writes by a library cannot fail.

    HDF5 releases unneeded space when it closes the file. Data that it cannot write stay in memory and crash
    the process later.

    Parameters
    ----------
    path
        The file; it is unchanged if there is not enough space.
    size
        Space to reserve (bytes).

    Raises
    ------
    OSError
        If the disk, a quota or a file size limit does not allow it.
    """
    if not hasattr(os, "posix_fallocate"):
        return  # such as on macOS
    with Path(path).open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        try:
            os.posix_fallocate(file.fileno(), end, size)
        except OSError:
            file.truncate(end)
            raise


def require_room(path: str | Path, size: int) -> None:
    """Raise `OSError` unless a file of this name and size (bytes) can be written; no file remains."""
    path = Path(path)
    path.touch()
    try:
        reserve(path, size)
    finally:
        path.unlink()


def file_part(name: str) -> str:
    """Return a name, such as that of a phase, in a form suitable for file names.

    Letters and digits of any script, points and hyphens are kept; other characters become underscores. Names
    longer than `LONGEST_PART` are truncated and end in a hash, so that names with equal beginnings differ.
    """
    part = re.sub(r"[^\w.-]+", "_", name)
    if len(part.encode(errors="replace")) <= LONGEST_PART:
        return part
    ending = f"-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:8]}"
    return part.encode()[: LONGEST_PART - len(ending)].decode(errors="ignore") + ending


def _temporary(ending: str) -> str:
    """Return a temporary name that identifies the writing process and its machine."""
    return f"{_of_this_machine()}{os.getpid()}-{ending}"


def _of_this_machine() -> str:
    return f".partial-{file_part(socket.gethostname())}-"


def _remove_leftovers(folder: Path, ending: str | None = None) -> None:
    """Remove leftovers of killed processes on this machine: all with an ending or, without one, folders.

    Files of other machines on a shared file system are kept, as their processes may still be running.
    """
    for item in folder.glob(f"{glob.escape(_of_this_machine())}*"):
        process, _, rest = item.name.removeprefix(_of_this_machine()).partition("-")
        if not process.isdigit() or _is_running(int(process)):
            continue
        # SQLite creates a second file beside a database.
        if item.is_dir() if ending is None else rest.startswith(ending):
            _remove(item)


def _give_name(partial: Path, path: Path) -> None:
    """Rename a file unless the name is taken, atomically if the file system supports hard links."""
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        pass
    except OSError:
        if not path.exists():
            partial.replace(path)


def _is_running(process: int) -> bool:
    """Return whether a process of this machine is, or may be, running."""
    if os.name != "posix":
        return True  # on Windows, the signal would terminate the process
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # process of another user
    return True


def _reason(error: OSError) -> str:
    """Return the error message of the operating system, without the path."""
    return error.strerror or reason_of(error)
