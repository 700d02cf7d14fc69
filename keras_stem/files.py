"""Files and folders that appear under their name only when they are complete."""

import contextlib
import errno
import glob
import hashlib
import os
import re
import shutil
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

from keras_stem.errors import KerasStemError

LONGEST_PART = 100
"""Bytes of a part of a file's name, of which file systems take 255 in all."""


@contextlib.contextmanager
def complete_file(path: str | Path, replace: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it when the block ends without an error.

    What killed processes of this machine left of the same file is removed.

    Parameters
    ----------
    path
        Where the file appears once it is complete. A file that is there already stays untouched until then.
    replace
        Whether it replaces a file that is there in the end, which another process may have written meanwhile.

    Yields
    ------
    Path
        The temporary path, in the same folder and with the same suffixes.

    Raises
    ------
    KerasStemError
        If the file system refuses (no such folder, no permission, disk full).
    """
    path = Path(path)
    if path.is_dir():
        raise KerasStemError(f"Cannot write {path}: it is a folder.")
    if not path.parent.is_dir():
        raise KerasStemError(f"Cannot write {path}: there is no folder {path.parent}.")
    partial = path.with_name(_temporary(path.name))
    try:
        _remove_leftovers(path.parent, path.name)
        partial.unlink(missing_ok=True)  # of a killed process of the same number, as in containers
        yield partial
        partial.replace(path) if replace else _give_name(partial, path)
    except OSError as error:
        raise KerasStemError(f"Cannot write {path}: {_reason(error)}.") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def complete_folder(path: str | Path) -> Iterator[Path]:
    """Yield a temporary folder whose files move into ``path`` when the block ends without an error.

    What killed processes of this machine left in it is removed.

    Parameters
    ----------
    path
        The folder, created if it is absent. Files of the same name in it are replaced, others stay.

    Yields
    ------
    Path
        The temporary folder, on the same file system.

    Raises
    ------
    KerasStemError
        If the file system refuses.
    """
    path = Path(path)
    created = not path.exists()
    # Its name is known before it is there, so that Ctrl-C at any moment leaves nothing.
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
                path.rmdir()  # only if nothing came of it


def existing_folder(path: str | Path) -> Path:
    """Return a folder that can be written, created if it is absent.

    Raises
    ------
    KerasStemError
        If the file system refuses.
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
    """Take space on the disk behind the end of a file, so that a library may write to it without fail.

    HDF5 gives back what it does not need when it closes the file. What it cannot write it keeps in memory,
    where it crashes the process later.

    Parameters
    ----------
    path
        The file; it is left as it is if there is no space.
    size
        Bytes.

    Raises
    ------
    OSError
        If the disk, a quota or a limit on files does not allow it.
    """
    if not hasattr(os, "posix_fallocate"):
        return  # as on macOS
    with Path(path).open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        try:
            os.posix_fallocate(file.fileno(), end, size)
        except OSError:
            file.truncate(end)
            raise


def require_room(path: str | Path, size: int) -> None:
    """Raise `OSError` unless a file of this name and size, bytes, can be written; nothing is left of it."""
    path = Path(path)
    path.touch()
    try:
        reserve(path, size)
    finally:
        path.unlink()


def file_part(name: str) -> str:
    """Return a name, such as a phase's, as a part of the name of a file.

    Letters and digits of any script, points and hyphens stay; other characters become underscores. What is
    longer than `LONGEST_PART` ends in a hash of the name, so that names that begin alike stay apart.
    """
    part = re.sub(r"[^\w.-]+", "_", name)
    if len(part.encode(errors="replace")) <= LONGEST_PART:
        return part
    ending = f"-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:8]}"
    return part.encode()[: LONGEST_PART - len(ending)].decode(errors="ignore") + ending


def _temporary(ending: str) -> str:
    """Return a name that tells which process of which machine is writing."""
    return f"{_of_this_machine()}{os.getpid()}-{ending}"


def _of_this_machine() -> str:
    return f".partial-{file_part(socket.gethostname())}-"


def _remove_leftovers(folder: Path, ending: str | None = None) -> None:
    """Remove what killed processes of this machine left: the files of an ending, or, without one, folders.

    What processes of other machines on a shared file system write stays: nobody can tell if they run.
    """
    for item in folder.glob(f"{glob.escape(_of_this_machine())}*"):
        process, _, rest = item.name.removeprefix(_of_this_machine()).partition("-")
        if not process.isdigit() or _is_running(int(process)):
            continue
        if ending is None and item.is_dir():
            shutil.rmtree(item, ignore_errors=True)
        elif ending and rest.startswith(ending):  # SQLite has a second file beside a database
            with contextlib.suppress(OSError):
                item.unlink()


def _give_name(partial: Path, path: Path) -> None:
    """Give a file its name unless another has it, at once where the file system has links."""
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        pass
    except OSError:
        if not path.exists():
            partial.replace(path)


def _is_running(process: int) -> bool:
    """Return whether a process of this machine is running, or may be."""
    if os.name != "posix":
        return True  # where asking by a signal would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # somebody else's
    return True


def _reason(error: OSError) -> str:
    """Return the operating system's reason, without the path that the message names already."""
    return error.strerror or str(error).splitlines()[0]
