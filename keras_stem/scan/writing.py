"""Writing of scans: patterns row by row, and labels into an existing scan."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import h5py
import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.errors import KerasStemError, StorageError
from keras_stem.files import complete_file, reserve
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.io.map_grid import completed, require_shape
from keras_stem.io.orix_h5 import map_bytes, write_map_group
from keras_stem.io.zspy import is_store, label_file, names_store, require_replaceable
from keras_stem.scan.hdf5_writing import create_hdf5, reason_of_hdf5
from keras_stem.scan.labels import require_steps, with_truth_of
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan


class ScanWriter(Protocol):
    """Writer of a scan, row by row. Use `create_scan` to obtain one."""

    @property
    def shared(self) -> bool:
        """Whether the writer is picklable, and several processes can write different rows at once."""
        ...

    def write_rows(self, first: int, patterns: np.ndarray) -> None:
        """Write the patterns of whole rows, shape (rows, columns, H, W), starting at row ``first``."""
        ...

    def write_labels(self, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
        """Write the labels of every position and their origin.

        Raises `KerasStemError` if the labels have another shape than the scan.
        """
        ...


def create_scan(
    path: str | Path, info: ScanInfo, dtype: Any = np.uint16
) -> AbstractContextManager[ScanWriter]:
    """Create a scan, which appears under its name once the context ends without an error.

    Parameters
    ----------
    path
        The HDF5 file, or the folder of a store if it ends in ``.zspy``. An existing one is replaced, but
        never a folder that is not a store.
    info
        Shapes and calibration of the scan.
    dtype
        Type of the counts, uint16 by default.

    Returns
    -------
    context manager of ScanWriter

    Raises
    ------
    KerasStemError
        If the scan cannot be written.
    """
    if names_store(path):
        from keras_stem.scan.zspy_writing import create_zspy  # imports zarr

        return create_zspy(path, info, dtype)
    return create_hdf5(path, info, dtype)


def require_creatable(path: str | Path) -> None:
    """Raise `KerasStemError` if a path is a folder that a scan would not replace, before long work."""
    if names_store(path):
        require_replaceable(path)
    elif Path(path).is_dir():
        raise KerasStemError(f"Cannot write {path}: it is a folder.")


def append_labels(path: str | Path, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
    """Write labels to a scan, replacing existing ones.

    The ground truth of a simulated scan is kept.

    Parameters
    ----------
    path
        The scan.
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
    if is_store(path):
        with complete_file(label_file(path)) as partial:
            partial.write_bytes(map_bytes(labels, origin))
        return
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
        raise StorageError(f"Cannot write labels to {path}: {reason_of_hdf5(error)}.") from error
