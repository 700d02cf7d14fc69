"""Artifacts of a store: its local files, and what a server lists."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlflow.entities import FileInfo


def local_folder(uri: str) -> Path:
    """Return the folder of artifacts at a file URI."""
    return Path(unquote(urlsplit(uri).path))


def files_by_size(folder: Path) -> list[tuple[str, Path]]:
    """Return all files of a folder, the smallest first, each with its name relative to the folder."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [(path.relative_to(folder).as_posix(), path) for path in sorted(found, key=_size)]


def _size(path: Path) -> tuple[int, Path]:
    return path.stat().st_size, path


def listed(list_folder: Callable[[str | None], list[FileInfo]], path: str | None = None) -> dict[str, int]:
    """Return the sizes (bytes) of all files by name.

    Parameters
    ----------
    list_folder
        Function that lists the artifacts of a folder, given its name; None is the outermost.
    path
        Folder to begin with.
    """
    found: dict[str, int] = {}
    for info in list_folder(path):
        found |= listed(list_folder, info.path) if info.is_dir else {info.path: info.file_size}
    return found
