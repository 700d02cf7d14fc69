"""Where patterns come from: the scan file, or a copy of the chosen ones in memory."""

import contextlib
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.scan.detector import bin_patterns
from keras_stem.scan.scan import Scan
from keras_stem.scan.values import summed_type

STEP = 64
"""So many patterns are binned at once."""


class PatternSource(Protocol):
    """Patterns that can be read by their positions."""

    shape: tuple[int, int]
    dtype: np.dtype
    chunk: int

    def chunk_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the number of the chunk that stores each position, shape (n,)."""
        ...

    def read(self, positions: np.ndarray) -> np.ndarray:
        """Return patterns, shape (n, H, W), of positions, shape (n,)."""
        ...


class ScanSource:
    """Patterns read from a scan file and binned.

    Parameters
    ----------
    scan
        The open scan.
    binning
        Integer factor by which the detector is binned.
    """

    def __init__(self, scan: Scan, binning: int = 1):
        self._scan = scan
        self._binning = binning
        self.shape = scan.info.detector.binned(binning).shape
        self.dtype = summed_type(scan.dtype, binning**2)
        self.chunk = scan.chunk
        self._failure: KerasStemError | None = None

    def chunk_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the number of the chunk that stores each position, shape (n,)."""
        return self._scan.chunk_of(positions)

    def read(self, positions: np.ndarray) -> np.ndarray:
        """Return patterns, shape (n, H, W), of positions, shape (n,).

        Raises
        ------
        KerasStemError
            If the file cannot be read, or a pattern holds values that are not finite.
        """
        try:
            if self._binning == 1:
                return self._scan.read(positions)
            # In steps along the file, so that no more than a few patterns are in memory at full size.
            out = np.empty((len(positions), *self.shape), self.dtype)
            order = np.argsort(positions)
            for first in range(0, len(order), STEP):
                places = order[first : first + STEP]
                out[places] = bin_patterns(self._scan.read(positions[places]), self._binning)
            return out
        except KerasStemError as failure:
            self._failure = failure
            raise

    @contextlib.contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Let the error of a read come out as it was, not wrapped by TensorFlow's executor."""
        try:
            yield
        except Exception:
            if self._failure is not None:
                raise self._failure from None
            raise


class MemorySource:
    """Patterns of some positions, read once and kept in memory as the integers that they are.

    Parameters
    ----------
    source
        Where to read them.
    positions
        Shape (n,), ascending; no others can be read later.
    """

    def __init__(self, source: PatternSource, positions: np.ndarray):
        self._positions = positions
        self._patterns = np.empty((len(positions), *source.shape), source.dtype)
        for first in range(0, len(positions), source.chunk):
            chosen = slice(first, first + source.chunk)
            self._patterns[chosen] = source.read(positions[chosen])
        self.shape, self.dtype, self.chunk = source.shape, source.dtype, source.chunk
        self.chunk_of = source.chunk_of

    def read(self, positions: np.ndarray) -> np.ndarray:
        """Return patterns, shape (n, H, W), of positions, shape (n,)."""
        return self._patterns[np.searchsorted(self._positions, positions)]


class ArraySource:
    """Patterns that are in memory, all of them.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    """

    def __init__(self, patterns: np.ndarray):
        self._patterns = patterns
        self.shape, self.dtype, self.chunk = patterns.shape[1:], patterns.dtype, STEP

    def chunk_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the number of the chunk that stores each position, shape (n,)."""
        return positions // self.chunk

    def read(self, positions: np.ndarray) -> np.ndarray:
        """Return patterns, shape (n, H, W), of positions, shape (n,)."""
        return self._patterns[positions]
