import numpy as np
import pytest
from orix.quaternion import Rotation, symmetry
from sklearn.metrics import r2_score

from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.training.scores import score


def test_known_errors_give_known_scores(rng):
    reference = random_rotations(1000, rng)
    angles = np.deg2rad(np.linspace(0, 10, 1000))
    found = small_rotations(angles, rng) * reference
    scores = score(found.to_euler(), reference, symmetry.D3)
    assert scores.count == 1000
    assert scores.median == pytest.approx(5, abs=0.02)
    assert scores.mean == pytest.approx(5, abs=0.02)
    assert scores.p95 == pytest.approx(9.5, abs=0.02)
    assert scores.under_2 == pytest.approx(0.2, abs=0.002)
    assert scores.under_5 == pytest.approx(0.5, abs=0.002)


def test_r2_is_the_papers_on_angles_in_degrees(rng):
    reference = random_rotations(100, rng)
    expected = reduce_euler(reference, symmetry.D3)
    found = expected + rng.normal(0, 0.1, expected.shape)
    scores = score(found, reference, symmetry.D3)
    degrees = np.rad2deg(found - expected)
    assert scores.r2 == pytest.approx(np.mean([r2_score(expected[:, k], found[:, k]) for k in range(3)]))
    assert scores.mae == pytest.approx(np.abs(degrees).mean())
    assert scores.mse == pytest.approx((degrees**2).mean())


def test_symmetric_equivalents_have_no_disorientation_but_poor_r2(rng):
    reference = random_rotations(200, rng)
    equivalent = Rotation(symmetry.D3.data[1]) * reference
    scores = score(equivalent.to_euler(), reference, symmetry.D3)
    assert scores.p95 < 1e-5
    assert scores.r2 < 0.9
