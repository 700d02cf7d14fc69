"""Results of the blocks of a scan on disk, from which interrupted work resumes."""

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_stem.environment import state_folder
from keras_stem.errors import KerasStemError
from keras_stem.files import complete_file, existing_folder

DAYS = 30
"""Time after which the blocks of interrupted work are deleted."""


class BlockStore:
    """Arrays of each block, in a folder of the user's state named by a hash.

    Parameters
    ----------
    kind
        Kind of work, which is the name of the outer folder.
    key
        All that the results depend on, in plain JSON types.
    blocks
        Positions of each block.
    """

    def __init__(self, kind: str, key: Any, blocks: list[np.ndarray]):
        plain = json.dumps([key, [len(positions) for positions in blocks]])
        folder = state_folder() / kind
        _delete_old(folder)
        self._folder = folder / hashlib.sha256(plain.encode()).hexdigest()[:16]
        self.blocks = blocks

    @property
    def missing(self) -> list[int]:
        """Numbers of the blocks that are not kept yet."""
        return [number for number in range(len(self.blocks)) if not self._path(number).exists()]

    def keep(self, number: int, arrays: Mapping[str, np.ndarray]) -> None:
        """Write the arrays of a block, with one entry per position."""
        existing_folder(self._folder)
        with complete_file(self._path(number)) as partial, partial.open("wb") as file:
            np.savez(file, **arrays)

    def joined(self) -> dict[str, np.ndarray]:
        """Return the arrays of all positions.

        Raises
        ------
        KerasStemError
            If another process, which has done the same work, has deleted the blocks.
        """
        if self.missing:
            raise KerasStemError(
                "Another process has done the same work and deleted its blocks; give the command again."
            )
        parts: dict[str, list[np.ndarray]] = {}
        for number in range(len(self.blocks)):
            with np.load(self._path(number)) as file:
                for name in file.files:
                    parts.setdefault(name, []).append(file[name])
        return {name: np.concatenate(arrays) for name, arrays in parts.items()}

    def forget(self) -> None:
        """Delete the blocks."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.npz"


def _delete_old(folder: Path) -> None:
    """Delete the blocks of work that was interrupted long ago."""
    for abandoned in folder.glob("*"):
        with contextlib.suppress(OSError):  # another process deletes it
            if time.time() - abandoned.stat().st_mtime > DAYS * 86400:
                shutil.rmtree(abandoned, ignore_errors=True)


def blocks_of(count: int, size: int) -> list[np.ndarray]:
    """Return the positions from 0 to a count in blocks of a size."""
    return [np.arange(first, min(first + size, count)) for first in range(0, count, size)]
