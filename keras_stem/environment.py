"""The user's folders, and what stands in for them where there is no home that can be written.

Service accounts, containers and locked computers have none. Numba, and with it orix, then refuses to be
imported, as HyperSpy does; Matplotlib and Keras use folders that they share with others.
"""

import contextlib
import functools
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_state_path


def prepare_caches() -> None:
    """Give libraries folders for their caches where they would find none; settings of the user stay.

    Has to be called before the libraries are imported. Where nothing at all can be written they are left to
    themselves.
    """
    config = user_config_path("matplotlib")
    absent = {
        "NUMBA_CACHE_DIR": not _can_write(user_cache_path("numba")),
        "MPLCONFIGDIR": not _can_write(config) and not config.exists(),
        "KERAS_HOME": not _has_home(),
    }
    with contextlib.suppress(OSError):
        for name in (name for name, is_absent in absent.items() if is_absent):
            os.environ.setdefault(name, str(_stand_in() / name.lower()))


def cache_folder() -> Path:
    """Return the folder of what can be made again; it may not be there yet."""
    folder = user_cache_path("keras_stem")
    return folder if _can_write(folder) else _stand_in() / "cache"


def state_folder() -> Path:
    """Return the folder of what interrupted work needs to go on; it may not be there yet."""
    folder = user_state_path("keras_stem")
    return folder if _can_write(folder) else _stand_in() / "state"


@contextlib.contextmanager
def writable_home() -> Iterator[None]:
    """Let libraries that write to the home when they are imported find one inside the block."""
    if _has_home():
        yield
        return
    before = os.environ.get("HOME")
    os.environ["HOME"] = str(_stand_in())
    try:
        yield
    finally:
        del os.environ["HOME"]
        if before is not None:
            os.environ["HOME"] = before


def _has_home() -> bool:
    return _can_write(Path(os.path.expanduser("~")))  # noqa: PTH111 (Path raises where there is no home)


def _can_write(folder: Path) -> bool:
    """Return whether a folder can be written, or made."""
    if not folder.is_absolute():
        return False  # a ~ that nobody knows
    while not os.path.lexists(folder):
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


@functools.cache
def _stand_in() -> Path:
    """Return a folder among the temporary files that only this user can write, since caches hold code."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir(), f"keras_stem-{user}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if user not in ("user", found.st_uid) or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o022:
        return Path(tempfile.mkdtemp(prefix="keras_stem-"))
    return folder
