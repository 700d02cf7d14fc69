"""The SQLite file of a store, wherever its folder is, and whether or not it can be written.

MLflow records the places of artifacts as absolute URIs. Ours lie beside the database, so that the records can
follow a folder that was moved or copied.
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
"""Tables and columns in which MLflow records where artifacts are."""


def artifact_folder(database: Path) -> Path:
    """Return the folder beside a database that holds the artifacts of our experiment."""
    return database.resolve().parent / "artifacts"


def usable_database(database: Path, writing: bool) -> Path:
    """Return the file to open for a store; its records name the artifacts where they are now.

    Parameters
    ----------
    database
        The file of the store; its folder is created if it is absent.
    writing
        Whether runs will be written. A store that can only be read is otherwise opened as a copy, which is
        removed when the process ends.

    Raises
    ------
    KerasStemError
        If the store cannot be written, though it has to be, or its records cannot be read or changed.
    """
    if not database.is_file():
        existing_folder(database.parent)
        return database
    readable_only = not (os.access(database, os.W_OK) and os.access(database.parent, os.W_OK))
    if readable_only and writing:
        raise KerasStemError(
            f"Cannot write to the store {database}; set MLFLOW_TRACKING_URI to one of yours."
        )
    try:
        if readable_only:
            return _copy(database.resolve())
        if _follow(database, artifact_folder(database)):
            print(f"The store was moved: its records now name {database.resolve().parent}.", file=sys.stderr)
    except sqlite3.Error as error:
        raise KerasStemError(f"Cannot open the store {database}: {error}.") from error
    return database


@functools.cache
def _copy(database: Path) -> Path:
    """Return a copy of a database, whose records name the artifacts beside the original."""
    folder = Path(tempfile.mkdtemp(prefix="keras_stem-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = folder / database.name
    with (
        contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as original,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        original.backup(target)
    _follow(copy, artifact_folder(database))
    return copy


def _follow(database: Path, artifacts: Path) -> bool:
    """Let the records of a database name the artifacts where they are; return whether they did not before.

    Records stay as they are where the folder has not come along or is the one they name by another path.
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
    """Return the URI of the folder of our experiment's artifacts, or None if there is none on a disk."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'experiments'").fetchall()
    if not tables:
        return None
    found = connection.execute(
        "SELECT artifact_location FROM experiments WHERE name = ?", (EXPERIMENT,)
    ).fetchone()
    return found[0] if found and found[0] and found[0].startswith("file:") else None
