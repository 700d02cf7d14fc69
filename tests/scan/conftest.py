"""Patterns with counting noise."""

import numpy as np
import pytest


@pytest.fixture
def noisy(rng):
    """Counts on a background that falls to the edges, with a few bright disks."""
    rows, columns = np.indices((64, 64)) - 31.5
    background = 40 * np.exp(-np.hypot(rows, columns) / 12)
    for row, column in ((0, 0), (12, 5), (-12, -5)):
        background = background + 500 * (np.hypot(rows - row, columns - column) < 2.5)
    return rng.poisson(background, (4, 5, 64, 64))


@pytest.fixture
def patterns(rng):
    return rng.integers(0, 1000, (3, 40, 64, 64), dtype=np.uint16)
