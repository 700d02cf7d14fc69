"""Maps that are written to files."""

import numpy as np
import pytest
from text_maps import SHAPE

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.map_grid import crystal_map


@pytest.fixture
def rotations(rng):
    return random_rotations(12, rng)


@pytest.fixture
def greek_labels(rotations, rng):
    phase = linio2()
    phase.name = "γ'-Ni₂ (Würfel)"
    properties = {"Q": rng.uniform(20, 90, 12), "R": rng.uniform(0, 60, 12)}
    return crystal_map(rotations, phase, (3, 4), 2.0, "nm", properties)


@pytest.fixture
def labels(rng):
    properties = {"Q": np.arange(24.0), "R": np.arange(24.0)}
    return crystal_map(random_rotations(24, rng), linio2(), SHAPE, (3.0, 2.0), "nm", properties)


@pytest.fixture
def named_map(rng, request):
    phase = linio2()
    phase.name = request.param
    return crystal_map(random_rotations(6, rng), phase, (2, 3), 2.0, "nm", {"Q": np.ones(6)})
