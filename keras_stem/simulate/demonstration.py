"""The built-in demonstration scan."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from keras_stem.environment import cache_folder
from keras_stem.files import existing_folder
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Simulation, simulate_scan

DEMONSTRATION = Simulation(polycrystal=Polycrystal(shape=(80, 80), grains=40), seed=20)
"""A LiNiO2 polycrystal of 80 x 80 positions with 64 x 64 pixels."""


def demonstration_path() -> Path:
    """Return where the demonstration scan is kept; its settings are part of the name."""
    settings = hashlib.sha256(repr(DEMONSTRATION).encode()).hexdigest()[:8]
    return cache_folder() / f"demonstration-{settings}.h5"


def demonstration_scan(progress: Callable[[int], None] = lambda patterns: None) -> Path:
    """Return the demonstration scan, which is simulated at the first call and kept in the user's cache.

    Parameters
    ----------
    progress
        Called with the number of patterns that were just written.

    Raises
    ------
    KerasStemError
        If the cache cannot be written.
    """
    path = demonstration_path()
    if not path.exists():
        existing_folder(path.parent)
        simulate_scan(path, DEMONSTRATION, progress)
    return path
