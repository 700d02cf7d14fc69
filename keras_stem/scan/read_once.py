"""Patterns of a scan file that is not kept open."""

from pathlib import Path

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan


def require_same(scan: Scan, fingerprint: str) -> None:
    """Raise `KerasStemError` if the patterns of a scan are not those with a fingerprint.

    A worker may see another file, or remember what it has read of one that was replaced.
    """
    if scan.pattern_fingerprint != fingerprint:
        raise KerasStemError(f"{scan.path} is not the file that the client reads; give the command again.")


def read_patterns(path: str | Path, positions: np.ndarray) -> np.ndarray:
    """Return the patterns at positions of a scan file, which is closed again.

    Raises
    ------
    KerasStemError
        If the patterns cannot be read.
    """
    with Scan(path) as scan:
        return scan.read(positions)
