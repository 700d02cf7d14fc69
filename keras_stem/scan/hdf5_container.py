"""Scans in HDF5 files."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.errors import KerasStemError
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.io.hdf5_items import attribute, item, place, require_group, require_stored
from keras_stem.io.orix_h5 import read_map_group
from keras_stem.scan.container import patterns_of
from keras_stem.scan.experiment import Attributes

CACHE_BYTES = 64 << 20
"""Chunk cache for files written by HyperSpy, whose compressed chunks span several rows (bytes)."""


class Hdf5Container:
    """Scan in an HDF5 file, with labels in the format of orix beside the patterns.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    KerasStemError
        If the file is missing, truncated, not HDF5, or has no four-dimensional patterns.
    """

    def __init__(self, path: Path):
        self._file = _open(path)
        try:
            arrays = _arrays(self._file)
            self.patterns = arrays[patterns_of(arrays, self._file.filename)]
            require_stored(self.patterns)
        except BaseException:
            self._file.close()
            raise

    @property
    def experiment(self) -> "Hdf5Experiment":
        """Metadata of the patterns."""
        return Hdf5Experiment(self.patterns)

    @property
    def has_labels(self) -> bool:
        """Whether there are labels."""
        return "crystal_map" in self._file

    def labels(self, shape: tuple[int, int]) -> CrystalMap:
        """Return the labels. Raises `KerasStemError` if there are none, or they have another shape."""
        return read_map_group(self._file, shape)

    def read(self, row: int, columns: slice, out: np.ndarray) -> None:
        """Read adjacent patterns of a row into an array, shape (n, H, W). Raises `OSError` if it fails."""
        self.patterns.read_direct(out, np.s_[row, columns])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Hdf5Experiment:
    """Metadata beside the patterns of an HDF5 file.

    Parameters
    ----------
    patterns
        The patterns.
    """

    def __init__(self, patterns: h5py.Dataset):
        self._group = patterns.parent
        self.title: str = self._group.name.rsplit("/", 1)[-1]
        self.where: str = patterns.file.filename
        self.shape: tuple[int, ...] = patterns.shape

    def attributes(self, name: str) -> Attributes | None:
        """Return the attributes of a group below; None if it does not exist."""
        if item(self._group, name) is None:
            return None
        group = require_group(self._group, name)
        return Attributes(place(group), lambda key: attribute(group, key))

    def values(self, name: str) -> np.ndarray | None:
        """Return the values of an array below; None if it does not exist."""
        found: Any = item(self._group, name)
        if not isinstance(found, h5py.Dataset):
            return None
        require_stored(found)
        return found[()]


def _open(path: Path) -> h5py.File:
    if not path.is_file():
        raise KerasStemError(f"Expected a scan file, found nothing at {path}.")
    try:
        return open_hdf5(path, rdcc_nbytes=CACHE_BYTES)
    except OSError as error:
        if not h5py.is_hdf5(path):
            raise KerasStemError(
                f"Expected a scan file (HDF5), found another format in {path}; kstem convert reads files of "
                "instruments, kstem grains and others read maps."
            ) from error
        problem = "is truncated" if "truncated" in str(error) else "is not a readable HDF5 file"
        raise KerasStemError(f"{path} {problem}; copy or convert it again.") from error


def _arrays(file: h5py.File) -> dict[str, h5py.Dataset]:
    """Return the data of all experiments of a file by name."""
    experiments = item(file, "Experiments")
    found = {}
    for name in experiments if isinstance(experiments, h5py.Group) else []:
        experiment = item(experiments, name)
        data = item(experiment, "data") if isinstance(experiment, h5py.Group) else None
        if isinstance(data, h5py.Dataset):
            found[name] = data
    return found
