"""Some positions of the tiny scan."""

import numpy as np
import pytest


@pytest.fixture
def positions(scan):
    return np.arange(3, len(scan), 2)
