"""Folders in the format of Zarr, read and written so that no chunk is missing unnoticed."""

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numcodecs.compat import ensure_contiguous_ndarray_like
from zarr.storage import DirectoryStore

_INCOMING = ".incoming-"
"""Prefix of files that are being written, at the top of the folder."""


class WholeFolder(DirectoryStore):
    """Folder that is read, in which a missing chunk is an error; Zarr alone would read zeros."""

    def getitems(self, keys: Sequence[str], *, contexts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return chunks by key. Raises `OSError` if one of them is missing."""
        found = super().getitems(keys, contexts=contexts)
        missing = [key for key in keys if key not in found]
        if missing:
            raise FileNotFoundError(f"the chunk {missing[0]} is missing; copy the store again")
        return found


class GivenFolder(DirectoryStore):
    """Folder that is written, but never created.

    When a conversion is given up, its folder is renamed and deleted. A worker that is still writing then
    fails, whereas `zarr.storage.DirectoryStore` would create the folder again.

    Parameters
    ----------
    path
        The folder.
    """

    def __init__(self, path: str | Path):
        super().__init__(str(path), dimension_separator="/")

    def __setitem__(self, key: str, value: Any) -> None:
        """Write a file at once, by renaming it when it is complete."""
        folder, incoming = Path(self.path), Path(self.path, f"{_INCOMING}{uuid.uuid4().hex}")
        try:
            incoming.write_bytes(ensure_contiguous_ndarray_like(value))
            try:
                incoming.replace(folder / key)
            except FileNotFoundError:
                for part in reversed(Path(key).parents[:-1]):
                    with contextlib.suppress(FileExistsError):
                        (folder / part).mkdir()
                incoming.replace(folder / key)
        finally:
            with contextlib.suppress(OSError):
                incoming.unlink(missing_ok=True)

    def remove_leftovers(self) -> None:
        """Remove the files that killed workers have not completed."""
        for incoming in Path(self.path).glob(f"{_INCOMING}*"):
            incoming.unlink(missing_ok=True)
