"""A scan file: diffraction patterns of every position and, where there are any, their labels.

One HDF5 file that HyperSpy opens as a 4D signal and orix opens as a crystal map.
"""

import contextlib
import dataclasses
import hashlib
import re
import shutil
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from orix.crystal_map import CrystalMap, Phase
from rsciio.hspy import file_writer

from keras_stem.crystal.phase import fingerprint as phase_fingerprint
from keras_stem.errors import KerasStemError, StorageError
from keras_stem.files import complete_file, require_room, reserve
from keras_stem.scan.hdf5 import open_hdf5
from keras_stem.scan.hdf5_items import item, require_stored
from keras_stem.scan.labels import (
    completed,
    labels_file,
    phases_of,
    read_labels,
    require_shape,
    require_steps,
    single_phase,
    with_truth_of,
    write_labels,
)
from keras_stem.scan.metadata import ScanInfo, hyperspy_axes, hyperspy_metadata, read_info
from keras_stem.scan.signal_axes import require_one_scan
from keras_stem.scan.values import (
    PatternValues,
    examine,
    fill_masked,
    gain_notes,
    reading_type,
    require_finite,
    sample_positions,
)

CHUNK_BYTES = 1 << 20
"""Size of a chunk: a run of patterns of one row."""

HEADER_BYTES, LABEL_BYTES = 1 << 20, 512
"""Enough for all besides the patterns, and for the labels of a position."""

CACHE_BYTES = 64 << 20
"""HyperSpy's own files have compressed chunks of several rows, which are read row by row."""


class Scan:
    """A scan file opened for reading. Patterns are read only when they are asked for.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    KerasStemError
        If the file is missing, truncated, no HDF5, or has no four-dimensional patterns.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._file = _open(self.path)
        try:
            self.patterns: h5py.Dataset = _find_patterns(self._file)
            self._stored_type = reading_type(self.patterns.dtype)
            self.info: ScanInfo = read_info(self.patterns.parent)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Scan":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __len__(self) -> int:
        return self.info.size

    @property
    def has_labels(self) -> bool:
        """Whether the file holds labels."""
        return "crystal_map" in self._file

    @cached_property
    def labels(self) -> CrystalMap:
        """The labels of every position. Raises `KerasStemError` where there are none or they do not fit."""
        labels = self._stored_labels()
        remedy = "kstem convert makes a scan file whose labels have its step"
        require_steps(labels, self.info.steps, self.info.unit, self.path, remedy)
        return labels

    def _stored_labels(self) -> CrystalMap:
        """Return the labels whatever their step, so that wrong ones can be replaced."""
        return read_labels(self._file, self.info.shape)

    @property
    def phase(self) -> Phase:
        """The phase of the labels. Raises `KerasStemError` unless there is exactly one that is known."""
        return single_phase(self.labels)

    @property
    def chunk(self) -> int:
        """Number of patterns of a row that are stored, and best read, together."""
        return self.patterns.chunks[1] if self.patterns.chunks else self.info.shape[1]

    def chunk_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the number of the chunk that stores each position, shape (n,)."""
        rows, columns = np.divmod(positions, self.info.shape[1])
        chunks_in_row = -(-self.info.shape[1] // self.chunk)
        return rows * chunks_in_row + columns // self.chunk

    def read(self, positions: np.ndarray) -> np.ndarray:
        """Return the patterns of some positions.

        Parameters
        ----------
        positions
            Shape (n,), numbers of positions counted row by row, in any order.

        Returns
        -------
        numpy.ndarray
            Shape (n, H, W): the stored values in the machine's byte order, masked pixels filled; divided by
            the gain unless it is 1.

        Raises
        ------
        KerasStemError
            If the file cannot be read at that place, or a value is not finite.
        """
        patterns = fill_masked(self._stored(positions), self.values.masked)
        return patterns if self.gain == 1 else (patterns / self.gain).astype(np.float32)

    @property
    def dtype(self) -> np.dtype:
        """Type of the patterns as they are read."""
        return self._stored_type if self.gain == 1 else np.dtype(np.float32)

    @cached_property
    def values(self) -> PatternValues:
        """What a sample of the patterns tells of their values."""
        return examine(self._stored(sample_positions(len(self))))

    @cached_property
    def gain(self) -> float:
        """Value of one electron: what the file tells, 1 of whole numbers, else as the noise tells, or 1."""
        if self.info.gain is not None:
            return self.info.gain
        return 1.0 if self.values.whole or np.isnan(self.values.gain) else self.values.gain

    def notes(self) -> list[str]:
        """Return what a person has to know of the patterns' values, in sentences; none of usual counts."""
        return [*self.values.notes(), *gain_notes(self.values, self.info.gain)]

    def _stored(self, positions: np.ndarray) -> np.ndarray:
        """Return patterns as they are stored, in the machine's byte order."""
        order = np.argsort(positions, kind="stable")
        ascending = positions[order]
        out = np.empty((len(positions), *self.info.detector.shape), self._stored_type)
        try:
            for where in self._runs(ascending):
                self._read_run(ascending[where], out[where])
        except OSError as error:
            raise KerasStemError(f"Cannot read the patterns of {self.path}: {error}.") from error
        require_finite(out, lambda number: self._place(ascending[number]))
        if np.array_equal(ascending, positions):
            return out
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        return out[places]

    def _place(self, position: int) -> str:
        row, column = divmod(int(position), self.info.shape[1])
        return f"the pattern at row {row}, column {column} of {self.path}"

    def _runs(self, ascending: np.ndarray) -> Iterator[slice]:
        """Cut ascending positions where a row ends, or where at least a chunk would be read in vain."""
        rows = ascending // self.info.shape[1]
        cuts = np.flatnonzero((np.diff(rows) != 0) | (np.diff(ascending) > self.chunk)) + 1
        edges = [0, *cuts.tolist(), len(ascending)]
        return (slice(first, last) for first, last in pairwise(edges) if last > first)

    def _read_run(self, positions: np.ndarray, out: np.ndarray) -> None:
        """Read ascending positions of one row into an array."""
        row = positions[0] // self.info.shape[1]
        columns = positions - row * self.info.shape[1]
        start, stop = columns[0], columns[-1] + 1
        if stop - start == len(columns):
            self.patterns.read_direct(out, np.s_[row, start:stop])
        else:
            run = self.patterns[row, start:stop].astype(out.dtype, copy=False)
            np.take(run, columns - start, axis=0, out=out)

    def require_signal(self) -> None:
        """Raise `KerasStemError` if every pattern is zero. Reads up to the first that is not."""
        runs = (
            np.arange(first, min(first + self.chunk, len(self))) for first in range(0, len(self), self.chunk)
        )
        if not any(self.read(run).any() for run in runs):
            raise KerasStemError(
                f"All patterns of {self.path} are zero; the file was not filled or converted."
            )

    @cached_property
    def pattern_fingerprint(self) -> str:
        """What `fingerprint` is without labels, for work that makes them. It is shown nowhere."""
        return self._digest().hexdigest()[:16]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over shapes, calibration, labels, their crystals and 64 evenly spaced patterns.

        16 hexadecimal digits: what ``kstem info``, reports, models and runs show.
        """
        digest = self._digest()
        if self.has_labels:
            digest.update(np.ascontiguousarray(self.labels.rotations.data).tobytes())
            for phase in phases_of(self.labels).values():
                digest.update(phase_fingerprint(phase).encode())
            for name in sorted(self.labels.prop):
                digest.update(np.ascontiguousarray(self.labels.prop[name]).tobytes())
        return digest.hexdigest()[:16]

    def _digest(self):
        digest = hashlib.sha256()
        # Not its origin, in which a simulation has the path of a CIF file.
        info = dataclasses.replace(self.info, origin={})
        digest.update(repr((self.patterns.shape, str(self.dtype), info)).encode())
        digest.update(self.read(sample_positions(len(self))).tobytes())
        return digest


class ScanWriter:
    """A scan file that is being written, row by row. Use `create_scan`.

    Parameters
    ----------
    file
        The open HDF5 file, with HyperSpy's axes and metadata.
    info
        What the file says of itself.
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
        """Write patterns of whole rows, shape (rows, columns, H, W), from row ``first`` on."""
        self._data[first : first + len(patterns)] = patterns

    def write_labels(self, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
        """Write the labels of every position, and how they were made.

        Raises `KerasStemError` if they are of another shape.
        """
        require_shape(labels, self._data.shape[:2], self._file.filename)
        write_labels(self._file, labels, origin)


@contextlib.contextmanager
def create_scan(path: str | Path, info: ScanInfo, dtype: Any = np.uint16) -> Iterator[ScanWriter]:
    """Create a scan file, which appears under its name when the block ends without an error.

    Parameters
    ----------
    path
        The file; one that is there is replaced.
    info
        What the file says of itself.
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
            # Whole chunks are written, which need no cache on their way.
            with h5py.File(partial, "a", rdcc_nbytes=0) as file:
                yield ScanWriter(file, info, dtype)
        except (OSError, RuntimeError) as error:
            if "errno" not in str(error):  # what HDF5 says when the file system refuses
                raise
            raise StorageError(f"Cannot write {path}: {_reason(error)}.") from error


def append_labels(path: str | Path, labels: CrystalMap, origin: dict[str, str] | None = None) -> None:
    """Put labels into a scan file, in place of those that are there.

    The truth of a simulated scan stays.

    Parameters
    ----------
    path
        The scan file.
    labels
        Of every position.
    origin
        How they were made; stands in the attributes of ``/crystal_map``.

    Raises
    ------
    KerasStemError
        If the file is no scan, or the map has another number of positions or another step.
    """
    with Scan(path) as scan:
        labels = completed(labels, "the labels")
        require_shape(labels, scan.info.shape, path)
        remedy = "`keras_stem.scan.labels.with_steps` gives them that of the scan"
        require_steps(labels, scan.info.steps, scan.info.unit, path, remedy)
        if scan.has_labels:
            labels = with_truth_of(labels, scan._stored_labels())
    with _writable(path, room=2 * len(labels_file(labels, origin))) as file:
        write_labels(file, labels, origin)


@contextlib.contextmanager
def _writable(path: str | Path, room: int) -> Iterator[h5py.File]:
    """Open a file in which so many bytes can be written: one in which a part is missing could not be read."""
    try:
        with open_hdf5(path, "r+"):
            pass  # nobody else uses it
        reserve(path, room)
        with open_hdf5(path, "r+") as file:
            yield file
    except OSError as error:
        raise StorageError(f"Cannot write labels to {path}: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    """Return the reason of the operating system, which HDF5 puts between numbers of its own."""
    found = re.search(r"error message = '([^']*)'", str(error))
    return found[1] if found else getattr(error, "strerror", None) or str(error)


def _run(info: ScanInfo, dtype: Any) -> int:
    """Return the number of patterns of a row in a chunk."""
    return int(np.clip(CHUNK_BYTES // _pattern_bytes(info, dtype), 1, info.shape[1]))


def _pattern_bytes(info: ScanInfo, dtype: Any) -> int:
    return int(np.prod(info.detector.shape)) * np.dtype(dtype).itemsize


def _require_space(path: Path, info: ScanInfo, dtype: Any) -> int:
    """Return how many bytes a scan needs, and raise an error if the disk does not have them."""
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
    """Let RosettaSciIO write everything but the patterns, which arrive in blocks."""
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


def _open(path: Path) -> h5py.File:
    if not path.is_file():
        raise KerasStemError(f"Expected a scan file, found nothing at {path}.")
    try:
        return open_hdf5(path, rdcc_nbytes=CACHE_BYTES)
    except OSError as error:
        if not h5py.is_hdf5(path):
            raise KerasStemError(
                f"{path} is no scan file: it is not HDF5. kstem convert makes one of an instrument's file; "
                "kstem grains and others read maps."
            ) from error
        problem = "is truncated" if "truncated" in str(error) else "is no readable HDF5 file"
        raise KerasStemError(f"{path} {problem}; copy or convert it again.") from error


def _find_patterns(file: h5py.File) -> h5py.Dataset:
    arrays = _arrays(file)
    if not arrays:
        raise KerasStemError(f"{file.filename} holds no patterns (no /Experiments/<title>/data).")
    patterns = {name: data for name, data in arrays.items() if data.ndim == 4 and data.size}
    if not patterns:
        raise KerasStemError(
            f"Expected patterns of four dimensions (y, x, ky, kx) in {file.filename}, "
            f"found the shape {next(iter(arrays.values())).shape}."
        )
    require_one_scan(list(patterns), file.filename)
    [data] = patterns.values()
    require_stored(data)
    return data


def _arrays(file: h5py.File) -> dict[str, h5py.Dataset]:
    """Return the data of all experiments of a file, by their names."""
    experiments = item(file, "Experiments")
    found = {}
    for name in experiments if isinstance(experiments, h5py.Group) else []:
        experiment = item(experiments, name)
        data = item(experiment, "data") if isinstance(experiment, h5py.Group) else None
        if isinstance(data, h5py.Dataset):
            found[name] = data
    return found
