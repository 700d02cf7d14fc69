"""Scan files: the diffraction patterns of every scan position and optionally their labels.

A scan file is an HDF5 file that HyperSpy opens as a 4D signal and orix opens as a crystal map.
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
"""Size of a chunk, a run of patterns within one row (bytes)."""

HEADER_BYTES, LABEL_BYTES = 1 << 20, 512
"""Upper bounds for everything besides the patterns, and for the labels of one position (bytes)."""

CACHE_BYTES = 64 << 20
"""Chunk cache for files written by HyperSpy, whose compressed chunks span several rows (bytes)."""


class Scan:
    """Scan file opened for reading. Patterns are read on demand.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    KerasStemError
        If the file is missing, truncated, not HDF5, or has no four-dimensional patterns.
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
        """Whether the file contains labels."""
        return "crystal_map" in self._file

    @cached_property
    def labels(self) -> CrystalMap:
        """Labels of every position. Raises `KerasStemError` if there are none or they do not match."""
        labels = self._stored_labels()
        remedy = "kstem convert makes a scan file whose labels have its step"
        require_steps(labels, self.info.steps, self.info.unit, self.path, remedy)
        return labels

    def _stored_labels(self) -> CrystalMap:
        """Return the labels regardless of their step, so that wrong ones can be replaced."""
        return read_labels(self._file, self.info.shape)

    @property
    def phase(self) -> Phase:
        """Phase of the labels. Raises `KerasStemError` unless there is exactly one known phase."""
        return single_phase(self.labels)

    @property
    def chunk(self) -> int:
        """Number of patterns of a row that are stored together and best read together."""
        return self.patterns.chunks[1] if self.patterns.chunks else self.info.shape[1]

    def chunk_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the number of the chunk that stores each position, shape (n,)."""
        rows, columns = np.divmod(positions, self.info.shape[1])
        chunks_in_row = -(-self.info.shape[1] // self.chunk)
        return rows * chunks_in_row + columns // self.chunk

    def read(self, positions: np.ndarray) -> np.ndarray:
        """Return the patterns at the given positions.

        Parameters
        ----------
        positions
            Shape (n,), position indices in row-major numbering, in any order.

        Returns
        -------
        numpy.ndarray
            Shape (n, H, W), the stored values in native byte order, with masked pixels filled, divided by
            the gain unless it is 1.

        Raises
        ------
        KerasStemError
            If the file cannot be read at a position, or a value is not finite.
        """
        patterns = fill_masked(self._stored(positions), self.values.masked)
        return patterns if self.gain == 1 else (patterns / self.gain).astype(np.float32)

    @property
    def dtype(self) -> np.dtype:
        """Type of the patterns returned by `read`."""
        return self._stored_type if self.gain == 1 else np.dtype(np.float32)

    @cached_property
    def values(self) -> PatternValues:
        """Properties of the pattern values, determined from a sample of the patterns."""
        return examine(self._stored(sample_positions(len(self))))

    @cached_property
    def gain(self) -> float:
        """Value of one electron: as stored, 1 for whole numbers, otherwise from the noise, or 1."""
        if self.info.gain is not None:
            return self.info.gain
        return 1.0 if self.values.whole or np.isnan(self.values.gain) else self.values.gain

    def notes(self) -> list[str]:
        """Return remarks on the pattern values for the user; none for ordinary counts."""
        return [*self.values.notes(), *gain_notes(self.values, self.info.gain)]

    def _stored(self, positions: np.ndarray) -> np.ndarray:
        """Return patterns as stored, in native byte order."""
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
        """Split ascending positions at row ends and at gaps longer than a chunk."""
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
        """Raise `KerasStemError` if every pattern is zero. Reading stops at the first nonzero pattern."""
        runs = (
            np.arange(first, min(first + self.chunk, len(self))) for first in range(0, len(self), self.chunk)
        )
        if not any(self.read(run).any() for run in runs):
            raise KerasStemError(
                f"All patterns of {self.path} are zero: the file is incomplete; copy or convert it again."
            )

    @cached_property
    def pattern_fingerprint(self) -> str:
        """Fingerprint without labels, for tasks that create labels; it is for internal use."""
        return self._digest().hexdigest()[:16]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over shapes, calibration, labels, their crystals and 64 evenly spaced patterns.

        The 16 hexadecimal digits are shown by ``kstem info`` and in reports, models and runs.
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
        # Without the origin, in which a simulation stores the path of a CIF file.
        info = dataclasses.replace(self.info, origin={})
        digest.update(repr((self.patterns.shape, str(self.dtype), info)).encode())
        digest.update(self.read(sample_positions(len(self))).tobytes())
        return digest


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
        write_labels(self._file, labels, origin)


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
        remedy = "`keras_stem.scan.labels.with_steps` gives them that of the scan"
        require_steps(labels, scan.info.steps, scan.info.unit, path, remedy)
        if scan.has_labels:
            labels = with_truth_of(labels, scan._stored_labels())
    with _writable(path, room=2 * len(labels_file(labels, origin))) as file:
        write_labels(file, labels, origin)


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
    """Return the data of all experiments of a file by name."""
    experiments = item(file, "Experiments")
    found = {}
    for name in experiments if isinstance(experiments, h5py.Group) else []:
        experiment = item(experiments, name)
        data = item(experiment, "data") if isinstance(experiment, h5py.Group) else None
        if isinstance(data, h5py.Dataset):
            found[name] = data
    return found
