"""Writing of scans to HDF5 files."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
from orix.crystal_map import CrystalMap
from rsciio.hspy import file_writer

from keras_stem.errors import KerasStemError, StorageError
from keras_stem.files import complete_file, require_room, reserve
from keras_stem.io.map_grid import require_shape
from keras_stem.io.orix_h5 import write_map_group
from keras_stem.scan.chunks import chunk_shape, pattern_bytes
from keras_stem.scan.metadata import ScanInfo, hyperspy_signal

HEADER_BYTES, LABEL_BYTES = 1 << 20, 512
"""Upper bounds for everything besides the patterns, and for the labels of one position (bytes)."""


class Hdf5Writer:
    """Writer of a scan file, row by row.

    Parameters
    ----------
    file
        Open HDF5 file with the axes and metadata of HyperSpy.
    info
        Shapes and calibration of the scan.
    dtype
        Type of the counts.
    """

    shared: ClassVar[bool] = False

    def __init__(self, file: h5py.File, info: ScanInfo, dtype: Any):
        self._file = file
        shape = (*info.shape, *info.detector.shape)
        self._data = file[f"Experiments/{info.title}"].create_dataset(
            "data", shape=shape, dtype=dtype, chunks=chunk_shape(info, dtype)
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
def create_hdf5(path: str | Path, info: ScanInfo, dtype: Any) -> Iterator[Hdf5Writer]:
    """Create a scan file, which appears under its name once the block ends without an error.

    Parameters
    ----------
    path, info, dtype
        As for `keras_stem.scan.writing.create_scan`.

    Yields
    ------
    Hdf5Writer

    Raises
    ------
    KerasStemError
        If the file cannot be written.
    """
    with complete_file(path) as partial:
        room = _require_space(partial, info, dtype)
        file_writer(partial, hyperspy_signal(info), write_dataset=False, mode="a")
        reserve(partial, room)
        try:
            # Whole chunks are written, so no chunk cache is needed.
            with h5py.File(partial, "a", rdcc_nbytes=0) as file:
                yield Hdf5Writer(file, info, dtype)
        except (OSError, RuntimeError) as error:
            if "errno" not in str(error):  # in the messages of HDF5 about file system errors
                raise
            raise StorageError(f"Cannot write {path}: {reason_of_hdf5(error)}.") from error


def reason_of_hdf5(error: Exception) -> str:
    """Return the error message of the operating system from within that of HDF5."""
    found = re.search(r"error message = '([^']*)'", str(error))
    return found[1] if found else getattr(error, "strerror", None) or str(error)


def _require_space(path: Path, info: ScanInfo, dtype: Any) -> int:
    """Return the size of a scan file (bytes). Raises an error if the disk has less free space."""
    rows, columns = info.shape
    run = chunk_shape(info, dtype)[1]
    patterns = rows * -(-columns // run) * run  # the last chunk of a row is stored in full
    needed = patterns * pattern_bytes(info, dtype) + info.size * LABEL_BYTES + HEADER_BYTES
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise KerasStemError(
            f"The scan needs {_size(needed)}, but {path.parent.resolve()} has {_size(free)} left."
        )
    require_room(path, needed)
    return needed


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**29 else f"{count / 2**20:.1f} MiB"
