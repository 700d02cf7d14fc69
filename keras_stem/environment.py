"""User folders, with substitutes for environments without a writable home folder.

Service accounts, containers and locked-down computers may have no writable home. Numba (and hence orix)
then cannot be imported, and Matplotlib and Keras use folders shared with other users.
"""

import contextlib
import functools
import os
import stat
import tempfile
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_state_path


def prepare_caches() -> None:
    """Provide cache folders for libraries that would find none, without overriding settings of the user.

    This function must be called before the libraries are imported. If no folder is writable, nothing is
    changed.
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
    """Return the folder for reproducible data; it may not exist yet."""
    folder = user_cache_path("keras_stem")
    return folder if _can_write(folder) else _stand_in() / "cache"


def state_folder() -> Path:
    """Return the folder for the state from which interrupted work resumes; it may not exist yet."""
    folder = user_state_path("keras_stem")
    return folder if _can_write(folder) else _stand_in() / "state"


def _has_home() -> bool:
    return _can_write(Path(os.path.expanduser("~")))  # noqa: PTH111 (Path raises an error if there is no home)


def _can_write(folder: Path) -> bool:
    """Return whether a folder can be written or created."""
    if not folder.is_absolute():
        return False  # ~ that could not be expanded
    while not os.path.lexists(folder):
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


@functools.cache
def _stand_in() -> Path:
    """Return a temporary folder that only this user can write, because caches contain code."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir(), f"keras_stem-{user}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if user not in ("user", found.st_uid) or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o022:
        return Path(tempfile.mkdtemp(prefix="keras_stem-"))
    return folder
