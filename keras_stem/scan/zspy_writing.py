"""Writing of scans to stores of HyperSpy in the format of Zarr (``.zspy``)."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import zarr
from numcodecs import Blosc
from orix.crystal_map import CrystalMap
from rsciio.zspy import file_writer

from keras_stem.errors import KerasStemError, StorageError, reason_of
from keras_stem.files import complete_tree, file_part
from keras_stem.io.map_grid import require_shape
from keras_stem.io.orix_h5 import map_bytes
from keras_stem.io.zspy import LABELS, is_store, require_replaceable
from keras_stem.scan.chunks import chunk_shape
from keras_stem.scan.metadata import ScanInfo, hyperspy_signal
from keras_stem.scan.zspy_folders import GivenFolder

LONGEST_NAME = 200
"""Largest length of the name of a group (bytes); file systems allow 255."""


@dataclass(frozen=True)
class ZspyWriter:
    """Writer of a store, row by row. It is picklable, so that each process can write rows of its own.

    A chunk holds patterns of a single row, so that no two processes write the same chunk.

    Parameters
    ----------
    path
        Path at which the store appears when it is complete, for messages.
    folder
        Absolute path of the folder that is being written.
    name
        Name of the array of patterns.
    shape
        Rows and columns of the scan.
    """

    path: str
    folder: Path
    name: str
    shape: tuple[int, int]

    shared: ClassVar[bool] = True

    def write_rows(self, first: int, patterns: np.ndarray) -> None:
        """Write the patterns of whole rows, shape (rows, columns, H, W), starting at row ``first``.

        Raises
        ------
        KerasStemError
            If the folder is not there, or cannot be written.
        """
        if not is_store(self.folder):
            raise KerasStemError(
                f"Expected the unfinished store {self.folder}, found nothing; the folder of {self.path} has "
                "to be there under the same path for all workers."
            )
        try:
            data = zarr.open_array(GivenFolder(self.folder), path=self.name, mode="r+")
            data[first : first + len(patterns)] = patterns
        except OSError as error:
            raise _failure(self.path, error) from error

    def write_labels(self, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
        """Write the labels of every position and their origin.

        Raises `KerasStemError` if the labels have another shape than the scan.
        """
        require_shape(labels, self.shape, self.path)
        (self.folder / LABELS).write_bytes(map_bytes(labels, origin))


@contextlib.contextmanager
def create_zspy(path: str | Path, info: ScanInfo, dtype: Any) -> Iterator[ZspyWriter]:
    """Create a store, which appears under its name once the block ends without an error.

    Parameters
    ----------
    path, info, dtype
        As for `keras_stem.scan.writing.create_scan`.

    Yields
    ------
    ZspyWriter

    Raises
    ------
    KerasStemError
        If the store cannot be written, or another folder is in its place.
    """
    with complete_tree(path, require_replaceable) as partial:
        folder = GivenFolder(partial.resolve())
        try:
            name = _write_header(folder, info, dtype)
        except OSError as error:
            raise _failure(str(path), error) from error
        yield ZspyWriter(str(path), Path(folder.path), name, info.shape)
        folder.remove_leftovers()


def _write_header(folder: GivenFolder, info: ScanInfo, dtype: Any) -> str:
    """Write everything except the patterns, and return the name of their array."""
    title = _group_name(info.title)
    codec = Blosc(cname="zstd", clevel=1, shuffle=Blosc.SHUFFLE)  # as RosettaSciIO
    signal = hyperspy_signal(replace(info, title=title, origin=_with_group_names(info.origin)))
    file_writer(folder, signal, write_dataset=False, compressor=codec)
    name = f"Experiments/{title}/data"
    shape, chunks = (*info.shape, *info.detector.shape), chunk_shape(info, dtype)
    zarr.create(shape, chunks, dtype, codec, store=folder, path=name, dimension_separator="/")
    zarr.consolidate_metadata(folder)
    return name


def _group_name(name: str) -> str:
    """Return the name of a group: Zarr takes a backslash for a slash, and a long name is not a file name."""
    plain = name.replace("\\", "-")
    return plain if len(plain.encode()) < LONGEST_NAME else file_part(plain)


def _with_group_names(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _group_name(name): _with_group_names(value) if isinstance(value, Mapping) else value
        for name, value in tree.items()
    }


def _failure(path: str, error: OSError) -> StorageError:
    return StorageError(f"Cannot write {path}: {error.strerror or reason_of(error)}.")
