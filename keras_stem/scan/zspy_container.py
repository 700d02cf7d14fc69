"""Scans in stores of HyperSpy in the format of Zarr (``.zspy``)."""

import functools
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from orix.crystal_map import CrystalMap

from keras_stem.errors import KerasStemError, reason_of
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.io.orix_h5 import read_map_group
from keras_stem.io.zspy import label_file
from keras_stem.scan.container import patterns_of
from keras_stem.scan.experiment import Attributes
from keras_stem.scan.zspy_folders import WholeFolder

CACHE_BYTES = 256 << 20
"""Decoded chunks that are kept, if chunks span several rows, as those that HyperSpy writes (bytes)."""

LARGEST_AXIS = 1 << 26
"""Size above which the values of an axis are not read (bytes)."""


class ZspyContainer:
    """Scan in a folder in the format of Zarr, with labels in an HDF5 file inside.

    Parameters
    ----------
    path
        The folder.

    Raises
    ------
    KerasStemError
        If its metadata cannot be read, or there are no four-dimensional patterns.
    """

    def __init__(self, path: Path):
        self._path = path
        try:
            arrays = _arrays(zarr.open_group(WholeFolder(str(path)), mode="r"))
        except Exception as error:  # damaged metadata raise errors of various types
            raise _unreadable(path, error) from error
        self._title = patterns_of(arrays, str(path))
        self.patterns = arrays[self._title]
        rows, columns = self.patterns.chunks[:2]
        size = rows * columns * int(np.prod(self.patterns.shape[2:])) * self.patterns.dtype.itemsize
        self._block = functools.lru_cache(max(CACHE_BYTES // size, 1))(self._read_block)

    @property
    def experiment(self) -> "ZspyExperiment":
        """Metadata of the patterns."""
        return ZspyExperiment(self._path, self._title, self.patterns.shape)

    @property
    def has_labels(self) -> bool:
        """Whether there are labels."""
        return label_file(self._path).exists()

    def labels(self, shape: tuple[int, int]) -> CrystalMap:
        """Return the labels. Raises `KerasStemError` if there are none, or they have another shape."""
        if not self.has_labels:
            raise KerasStemError(f"{self._path} has no labels; this step needs them.")
        try:
            with open_hdf5(label_file(self._path)) as file:
                return read_map_group(file, shape)
        except OSError as error:
            raise KerasStemError(f"Cannot read the labels in {label_file(self._path)}.") from error

    def read(self, row: int, columns: slice, out: np.ndarray) -> None:
        """Read adjacent patterns of a row into an array, shape (n, H, W). Raises `OSError` if it fails."""
        try:
            if self.patterns.chunks[0] == 1:
                out[...] = self.patterns[row, columns]
            else:
                self._read_from_blocks(row, columns, out)
        except (OSError, MemoryError):
            raise
        except Exception as error:  # decoding can raise exceptions of any type
            where = f"row {row}, columns {columns.start} to {columns.stop - 1}"
            raise OSError(f"the chunk of {where} is damaged ({reason_of(error)})") from error

    def _read_from_blocks(self, row: int, columns: slice, out: np.ndarray) -> None:
        height, width = self.patterns.chunks[:2]
        for number in range(columns.start // width, (columns.stop - 1) // width + 1):
            first, last = max(number * width, columns.start), min((number + 1) * width, columns.stop)
            block = self._block(row // height, number)[row % height]
            part = block[first - number * width : last - number * width]
            out[first - columns.start : last - columns.start] = part

    def _read_block(self, row: int, column: int) -> np.ndarray:
        """Return the patterns of the chunks at a place of the scan, in numbers of chunks."""
        height, width = self.patterns.chunks[:2]
        rows = slice(row * height, (row + 1) * height)
        return self.patterns[rows, column * width : (column + 1) * width]

    def close(self) -> None:
        """Forget the decoded chunks; no file is kept open."""
        self._block.cache_clear()


class ZspyExperiment:
    """Metadata beside the patterns of a store.

    Parameters
    ----------
    path
        The folder.
    title
        Name of the group of the patterns.
    shape
        Shape of the patterns.
    """

    def __init__(self, path: Path, title: str, shape: tuple[int, ...]):
        self.where, self.title, self.shape = str(path), title, shape
        self._name = f"Experiments/{title}"
        self._group = zarr.open_group(WholeFolder(str(path)), mode="r", path=self._name)

    def attributes(self, name: str) -> Attributes | None:
        """Return the attributes of a group below; None if it does not exist.

        Raises
        ------
        KerasStemError
            If they cannot be read.
        """
        found = self._item(name)
        if not isinstance(found, zarr.Group):
            return None
        try:
            values = found.attrs.asdict()
        except Exception as error:  # damaged metadata raise errors of various types
            raise _unreadable(Path(self.where), error) from error
        return Attributes(f"/{self._name}/{name} in {self.where}", values.get)

    def values(self, name: str) -> np.ndarray | None:
        """Return the values of an array below; None if it does not exist.

        Raises
        ------
        KerasStemError
            If they cannot be read.
        """
        found = self._item(name)
        if not isinstance(found, zarr.Array) or found.nbytes > LARGEST_AXIS:
            return None
        try:
            return found[...]
        except Exception as error:  # decoding can raise exceptions of any type
            raise _unreadable(Path(self.where), error) from error

    def _item(self, name: str) -> Any:
        try:
            return self._group.get(name)
        except Exception as error:  # damaged metadata raise errors of various types
            raise _unreadable(Path(self.where), error) from error


def _arrays(root: zarr.Group) -> dict[str, zarr.Array]:
    """Return the data of all experiments of a store by name."""
    experiments = root.get("Experiments")
    found = {}
    for name in experiments if isinstance(experiments, zarr.Group) else []:
        experiment = experiments[name]
        data = experiment.get("data") if isinstance(experiment, zarr.Group) else None
        if isinstance(data, zarr.Array):
            found[name] = data
    return found


def _unreadable(path: Path, error: Exception) -> KerasStemError:
    return KerasStemError(f"Cannot read the metadata of {path} ({reason_of(error)}); copy it again.")
