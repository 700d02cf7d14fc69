"""Writing of scan files: patterns row by row, and labels into an existing file."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from orix.crystal_map import CrystalMap
from rsciio.hspy import file_writer

from keras_stem.errors import KerasStemError, StorageError
from keras_stem.files import complete_file, require_room, reserve
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.io.map_grid import completed, require_shape
from keras_stem.io.orix_h5 import map_bytes, write_map_group
from keras_stem.scan.labels import require_steps, with_truth_of
from keras_stem.scan.metadata import ScanInfo, hyperspy_axes, hyperspy_metadata
from keras_stem.scan.scan import Scan

CHUNK_BYTES = 1 << 20
"""Size of a chunk, a run of patterns within one row (bytes)."""

HEADER_BYTES, LABEL_BYTES = 1 << 20, 512
"""Upper bounds for everything besides the patterns, and for the labels of one position (bytes)."""


class ScanWriter:
    """Writer of a scan file, row by row. Use `create_scan` to obtain one.

    Parameters
    ----------
    file
        Open HDF5 file with the axes and metadata of HyperSpy.
    info
        Shapes and calibration of the scan.
    dtype
        Type of the counts.
    """

    def __init__(self, file: h5py.File, info: ScanInfo, dtype: Any):
        self._file = file
        run = _run(info, dtype)
        shape = (*info.shape, *info.detector.shape)
        self._data = file[f"Experiments/{info.title}"].create_dataset(
            "data", shape=shape, dtype=dtype, chunks=(1, run, *info.detector.shape)
        )

    def write_rows(self, first: int, patterns: np.ndarray) -> None:
        """Write the patterns of whole rows, shape (rows, columns, H, W), starting at row ``first``."""
        self._data[first : first + len(patterns)] = patterns

    def write_labels(self, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
        """Write the labels of every position and their origin.

        Raises `KerasStemError` if the labels have another shape than the scan.
        """
        require_shape(labels, self._data.shape[:2], self._file.filename)
        write_map_group(self._file, labels, origin)


@contextlib.contextmanager
def create_scan(path: str | Path, info: ScanInfo, dtype: Any = np.uint16) -> Iterator[ScanWriter]:
    """Create a scan file, which appears under its name once the block ends without an error.

    Parameters
    ----------
    path
        The file; an existing one is replaced.
    info
        Shapes and calibration of the scan.
    dtype
        Type of the counts, uint16 by default.

    Yields
    ------
    ScanWriter

    Raises
    ------
    KerasStemError
        If the file cannot be written.
    """
    with complete_file(path) as partial:
        room = _require_space(partial, info, dtype)
        _write_header(partial, info)
        reserve(partial, room)
        try:
            # Whole chunks are written, so no chunk cache is needed.
            with h5py.File(partial, "a", rdcc_nbytes=0) as file:
                yield ScanWriter(file, info, dtype)
        except (OSError, RuntimeError) as error:
            if "errno" not in str(error):  # in the messages of HDF5 about file system errors
                raise
            raise StorageError(f"Cannot write {path}: {_reason(error)}.") from error


def append_labels(path: str | Path, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
    """Write labels to a scan file, replacing existing ones.

    The ground truth of a simulated scan is kept.

    Parameters
    ----------
    path
        The scan file.
    labels
        Labels of every position.
    origin
        Origin of the labels, stored in the attributes of ``/crystal_map``.

    Raises
    ------
    KerasStemError
        If the file is not a scan, or the map has another shape or step.
    """
    with Scan(path) as scan:
        labels = completed(labels, "the labels")
        require_shape(labels, scan.info.shape, path)
        remedy = "`keras_stem.io.map_grid.with_steps` gives them that of the scan"
        require_steps(labels, scan.info.steps, scan.info.unit, path, remedy)
        if scan.has_labels:
            labels = with_truth_of(labels, scan._stored_labels())
    with _writable(path, room=2 * len(map_bytes(labels, origin))) as file:
        write_map_group(file, labels, origin)


@contextlib.contextmanager
def _writable(path: str | Path, room: int) -> Iterator[h5py.File]:
    """Open a file for writing, with room reserved (bytes), since a partly written file is unreadable."""
    try:
        with open_hdf5(path, "r+"):
            pass  # not in use by another program
        reserve(path, room)
        with open_hdf5(path, "r+") as file:
            yield file
    except OSError as error:
        raise StorageError(f"Cannot write labels to {path}: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    """Return the error message of the operating system from within that of HDF5."""
    found = re.search(r"error message = '([^']*)'", str(error))
    return found[1] if found else getattr(error, "strerror", None) or str(error)


def _run(info: ScanInfo, dtype: Any) -> int:
    """Return the number of patterns of a row in a chunk."""
    return int(np.clip(CHUNK_BYTES // _pattern_bytes(info, dtype), 1, info.shape[1]))


def _pattern_bytes(info: ScanInfo, dtype: Any) -> int:
    return int(np.prod(info.detector.shape)) * np.dtype(dtype).itemsize


def _require_space(path: Path, info: ScanInfo, dtype: Any) -> int:
    """Return the size of a scan file (bytes). Raises an error if the disk has less free space."""
    rows, columns = info.shape
    run = _run(info, dtype)
    patterns = rows * -(-columns // run) * run  # the last chunk of a row is stored in full
    needed = patterns * _pattern_bytes(info, dtype) + info.size * LABEL_BYTES + HEADER_BYTES
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise KerasStemError(
            f"The scan needs {_size(needed)}, but {path.parent.resolve()} has {_size(free)} left."
        )
    require_room(path, needed)
    return needed


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**29 else f"{count / 2**20:.1f} MiB"


def _write_header(path: Path, info: ScanInfo) -> None:
    """Write everything except the patterns with RosettaSciIO; the patterns follow in blocks."""
    signal = {
        "data": np.empty(0),
        "axes": hyperspy_axes(info),
        "metadata": hyperspy_metadata(info),
        "original_metadata": {"keras_stem": info.origin} if info.origin else {},
        "learning_results": {},
        "attributes": {"_lazy": False, "ragged": False},
        "models": {},
        "package_info": {"package": "keras_stem", "package_version": ""},
        "tmp_parameters": {},
    }
    file_writer(path, signal, write_dataset=False, mode="a")
