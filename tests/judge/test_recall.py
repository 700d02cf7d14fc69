"""The best of several orientations."""

import numpy as np

from judge.recall import nearest_errors
from judge.registry import test_sets
from judge.test_set import Patterns
from keras_stem.crystal.rotations import random_rotations, small_rotations


def test_the_nearest_orientation_counts(rng):
    one, truth = test_sets()["oxide-bloch-50nm"], random_rotations(20, rng)
    matrices = np.stack(
        [
            random_rotations(20, rng).to_matrix(),
            (small_rotations(np.full(20, np.deg2rad(2.0)), rng) * truth).to_matrix(),
        ],
        axis=1,
    )
    patterns = Patterns(np.zeros((20, 64, 64), np.uint16), truth.to_matrix())
    found = nearest_errors(matrices, one, patterns)
    assert np.all(found < 2.01)
    np.testing.assert_allclose(np.median(found), 2, atol=0.01)
    assert np.median(nearest_errors(matrices[:, :1], one, patterns)) > 10
