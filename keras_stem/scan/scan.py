"""Scans: the diffraction patterns of every scan position and optionally their labels.

A scan file is an HDF5 file that HyperSpy opens as a 4D signal and orix opens as a crystal map, or a store of
HyperSpy (``.zspy``) with the labels in a file inside.
"""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap, Phase

from keras_stem.crystal.map_phases import phases_of, single_phase
from keras_stem.crystal.phase import fingerprint as phase_fingerprint
from keras_stem.errors import KerasStemError
from keras_stem.scan.container import open_container
from keras_stem.scan.labels import require_steps
from keras_stem.scan.metadata import ScanInfo, read_info
from keras_stem.scan.values import (
    PatternValues,
    examine,
    fill_masked,
    gain_notes,
    reading_type,
    require_finite,
    sample_positions,
)


class Scan:
    """Scan file opened for reading. Patterns are read on demand.

    Parameters
    ----------
    path
        The HDF5 file, or the folder of a ``.zspy`` store.

    Raises
    ------
    KerasStemError
        If the file is missing, truncated, of another format, or has no four-dimensional patterns.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._container = open_container(self.path)
        try:
            self.patterns = self._container.patterns
            self._stored_type = reading_type(self.patterns.dtype)
            self.info: ScanInfo = read_info(self._container.experiment)
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> "Scan":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def __len__(self) -> int:
        return self.info.size

    @property
    def has_labels(self) -> bool:
        """Whether the file contains labels."""
        return self._container.has_labels

    @cached_property
    def labels(self) -> CrystalMap:
        """Labels of every position. Raises `KerasStemError` if there are none or they do not match."""
        labels = self._stored_labels()
        remedy = "kstem convert makes a scan file whose labels have its step"
        require_steps(labels, self.info.steps, self.info.unit, self.path, remedy)
        return labels

    def _stored_labels(self) -> CrystalMap:
        """Return the labels regardless of their step, so that wrong ones can be replaced."""
        return self._container.labels(self.info.shape)

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
            self._container.read(row, slice(start, stop), out)
        else:
            run = np.empty((stop - start, *out.shape[1:]), out.dtype)
            self._container.read(row, slice(start, stop), run)
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
        digest.update(f"({self.patterns.shape}, {str(self.dtype)!r}, {_described(self.info)})".encode())
        digest.update(self.read(sample_positions(len(self))).tobytes())
        return digest


def _described(info: ScanInfo) -> str:
    """Return the text of the metadata that enters the fingerprint, as version 0.1.0 had it.

    Models know their training scan by it. It excludes the origin, in which a simulation stores a path.
    """
    beam = info.beam
    values = {
        "title": info.title,
        "shape": info.shape,
        "detector": info.detector,
        "steps": info.steps,
        "unit": info.unit,
        "beam_energy": beam.energy,
        "camera_length": info.camera_length,
        "convergence_angle": beam.convergence_angle,
        "precession_angle": beam.precession_angle,
        "gain": info.gain,
        "origin": {},
    }
    return f"ScanInfo({', '.join(f'{name}={value!r}' for name, value in values.items())})"
