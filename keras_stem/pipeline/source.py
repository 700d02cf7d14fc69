"""Sources of patterns: a scan file, a copy of selected patterns in memory, or an array."""

import contextlib
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.scan.binning import bin_patterns
from keras_stem.scan.scan import Scan
from keras_stem.scan.values import summed_type

STEP = 64
"""Number of patterns that are binned at once."""


class PatternSource(Protocol):
    """Protocol of sources from which patterns are read by position."""

    shape: tuple[int, int]
    dtype: np.dtype
    chunk: int

    def chunk_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the number of the chunk that stores each position, shape (n,)."""
        ...

    def read(self, positions: np.ndarray) -> np.ndarray:
        """Return the patterns, shape (n, H, W), at positions, shape (n,)."""
        ...


class ScanSource:
    """Source of patterns that are read from a scan file and binned.

    Parameters
    ----------
    scan
        Open scan.
    binning
        Integer binning factor of the detector.
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
        """Return the patterns, shape (n, H, W), at positions, shape (n,).

        Raises
        ------
        KerasStemError
            If the file cannot be read, or a pattern contains non-finite values.
        """
        try:
            if self._binning == 1:
                return self._scan.read(positions)
            # In steps along the file, so that only a few patterns are in memory at full size.
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
        """Raise the original error of a failed read, without the wrapper of TensorFlow's executor."""
        try:
            yield
        except Exception:
            if self._failure is not None:
                raise self._failure from None
            raise


class MemorySource:
    """Source of patterns at selected positions, read once and kept in memory in their original type.

    Parameters
    ----------
    source
        Source to read from.
    positions
        Shape (n,), ascending; only these can be read later.
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
        """Return the patterns, shape (n, H, W), at positions, shape (n,)."""
        return self._patterns[np.searchsorted(self._positions, positions)]


class ArraySource:
    """Source of patterns from an array in memory.

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
        """Return the patterns, shape (n, H, W), at positions, shape (n,)."""
        return self._patterns[positions]
