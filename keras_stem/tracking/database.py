"""SQLite database of a store, which may be moved or read-only.

MLflow records the locations of artifacts as absolute URIs. The artifacts of keras_stem lie beside the
database, so that the records can be updated when the folder has been moved or copied.
"""

import atexit
import contextlib
import functools
import os
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from keras_stem.errors import KerasStemError
from keras_stem.files import existing_folder

EXPERIMENT = "keras_stem"

_LOCATIONS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Tables and columns in which MLflow records the locations of artifacts."""


def artifact_folder(database: Path) -> Path:
    """Return the folder beside a database that contains the artifacts of the keras_stem experiment."""
    return database.resolve().parent / "artifacts"


def usable_database(database: Path, writing: bool) -> Path:
    """Return the database to open for a store, with records that give the current artifact locations.

    Parameters
    ----------
    database
        Path of the database; its folder is created if it does not exist.
    writing
        Whether runs will be written. If not, a read-only store is opened as a temporary copy, which is
        removed at the end of the process.

    Raises
    ------
    KerasStemError
        If the store is read-only and ``writing`` is True, or its records cannot be read or updated.
    """
    if not database.is_file():
        existing_folder(database.parent)
        return database
    readable_only = not (os.access(database, os.W_OK) and os.access(database.parent, os.W_OK))
    if readable_only and writing:
        raise KerasStemError(
            f"Cannot write to the store {database}; set MLFLOW_TRACKING_URI to a writable store."
        )
    try:
        if readable_only:
            return _copy(database.resolve())
        if follow_folder(database, artifact_folder(database)):
            place = database.resolve().parent
            print(f"The tracking store was moved; its records now refer to {place}.", file=sys.stderr)
    except sqlite3.Error as error:
        raise KerasStemError(f"Cannot open the store {database}: {error}.") from error
    return database


@functools.cache
def _copy(database: Path) -> Path:
    """Return a temporary copy of a database, whose records refer to the artifacts beside the original."""
    folder = Path(tempfile.mkdtemp(prefix="keras_stem-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = folder / database.name
    with (
        contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as original,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        original.backup(target)
    follow_folder(copy, artifact_folder(database))
    return copy


def follow_folder(database: Path, artifacts: Path) -> bool:
    """Update the artifact locations in a moved database; return whether they were outdated.

    The records are not changed if the artifacts were not moved along with the database, or if they refer to
    the same folder by another path.
    """
    with contextlib.closing(sqlite3.connect(database, timeout=20)) as connection:
        recorded = _recorded_folder(connection)
        if recorded is None or not artifacts.is_dir() or recorded == artifacts.as_uri():
            return False
        before = Path(unquote(urlsplit(recorded).path))
        if before.name != artifacts.name or (before.is_dir() and before.samefile(artifacts)):
            return False
        with connection:  # one transaction
            for table, column in _LOCATIONS:
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) "
                    f"WHERE {column} = ? OR substr({column}, 1, ?) = ?",
                    (artifacts.as_uri(), len(recorded) + 1, recorded, len(recorded) + 1, f"{recorded}/"),
                )
    return True


def _recorded_folder(connection: sqlite3.Connection) -> str | None:
    """Return the recorded artifact URI of the keras_stem experiment, or None if it is not a file URI."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'experiments'").fetchall()
    if not tables:
        return None
    found = connection.execute(
        "SELECT artifact_location FROM experiments WHERE name = ?", (EXPERIMENT,)
    ).fetchone()
    return found[0] if found and found[0] and found[0].startswith("file:") else None
