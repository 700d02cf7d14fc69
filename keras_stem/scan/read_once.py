"""Patterns of a scan file that is not kept open."""

from pathlib import Path

import numpy as np

from keras_stem.scan.scan import Scan


def read_patterns(path: str | Path, positions: np.ndarray) -> np.ndarray:
    """Return the patterns at positions of a scan file, which is closed again.

    Raises
    ------
    KerasStemError
        If the patterns cannot be read.
    """
    with Scan(path) as scan:
        return scan.read(positions)
