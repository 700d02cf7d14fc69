"""What holds a scan: an HDF5 file, or a folder in the format of Zarr."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.errors import KerasStemError
from keras_stem.io.zspy import is_store
from keras_stem.scan.experiment import Experiment
from keras_stem.scan.signal_axes import require_one_scan


class Container(Protocol):
    """Opened file or folder of a scan."""

    patterns: Any
    """Array (y, x, ky, kx) with shape, dtype, nbytes and chunks, which is read by slicing."""

    @property
    def experiment(self) -> Experiment:
        """Metadata of the patterns."""
        ...

    @property
    def has_labels(self) -> bool:
        """Whether there are labels."""
        ...

    def labels(self, shape: tuple[int, int]) -> CrystalMap:
        """Return the labels. Raises `KerasStemError` if there are none, or they have another shape."""
        ...

    def read(self, row: int, columns: slice, out: np.ndarray) -> None:
        """Read adjacent patterns of a row into an array, shape (n, H, W). Raises `OSError` if it fails."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


def open_container(path: Path) -> Container:
    """Open an HDF5 file, or a folder in the format of Zarr.

    Raises
    ------
    KerasStemError
        If it is missing, truncated, of another format, or has no four-dimensional patterns.
    """
    if is_store(path):
        from keras_stem.scan.zspy_container import ZspyContainer  # imports zarr

        return ZspyContainer(path)
    if path.is_dir():
        raise KerasStemError(f"Expected a scan file or a .zspy store, found the folder {path}.")
    from keras_stem.scan.hdf5_container import Hdf5Container

    return Hdf5Container(path)


def patterns_of(arrays: Mapping[str, Any], where: str) -> str:
    """Return the title of the signal that consists of patterns.

    Parameters
    ----------
    arrays
        Data of all signals by title.
    where
        Name of the file, for messages.

    Raises
    ------
    KerasStemError
        Unless exactly one of them has four dimensions.
    """
    if not arrays:
        raise KerasStemError(f"{where} holds no patterns (no /Experiments/<title>/data).")
    titles = [title for title, data in arrays.items() if data.ndim == 4 and data.size]
    if not titles:
        raise KerasStemError(
            f"Expected patterns of four dimensions (y, x, ky, kx) in {where}, "
            f"found the shape {next(iter(arrays.values())).shape}."
        )
    require_one_scan(titles, where)
    return titles[0]
