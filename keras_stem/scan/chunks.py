"""Chunks in which patterns are stored."""

from typing import Any

import numpy as np

from keras_stem.scan.metadata import ScanInfo

CHUNK_BYTES = 1 << 20
"""Size of a chunk, a run of patterns within one row (bytes)."""


def chunk_shape(info: ScanInfo, dtype: Any) -> tuple[int, int, int, int]:
    """Return the shape of a chunk, which holds patterns of a single row."""
    run = int(np.clip(CHUNK_BYTES // pattern_bytes(info, dtype), 1, info.shape[1]))
    return (1, run, *info.detector.shape)


def pattern_bytes(info: ScanInfo, dtype: Any) -> int:
    """Return the size of a pattern (bytes)."""
    return int(np.prod(info.detector.shape)) * np.dtype(dtype).itemsize
