"""Built-in demonstration scan."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from keras_stem.environment import cache_folder
from keras_stem.files import existing_folder
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Simulation, simulate_scan

DEMONSTRATION = Simulation(polycrystal=Polycrystal(shape=(80, 80), grains=40), seed=20)
"""LiNiO2 polycrystal of 80 x 80 scan positions with patterns of 64 x 64 pixels."""


def demonstration_path() -> Path:
    """Return the path of the demonstration scan, whose name contains a hash of its settings."""
    settings = hashlib.sha256(repr(DEMONSTRATION).encode()).hexdigest()[:8]
    return cache_folder() / f"demonstration-{settings}.h5"


def demonstration_scan(progress: Callable[[int], None] = lambda patterns: None) -> Path:
    """Return the path of the demonstration scan, which the first call simulates into the user's cache.

    Parameters
    ----------
    progress
        Callback that receives the number of newly written patterns.

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
