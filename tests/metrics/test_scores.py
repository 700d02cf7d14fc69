import numpy as np
import pytest
from orix.quaternion import Rotation, symmetry
from sklearn.metrics import r2_score

from keras_stem.crystal.disorientation import BEAM_TWOFOLD
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.metrics.scores import score


def test_known_errors_give_known_scores(rng):
    reference = random_rotations(1000, rng)
    angles = np.deg2rad(np.linspace(0, 10, 1000))
    found = small_rotations(angles, rng) * reference
    scores = score(found.to_euler(), reference, symmetry.D3)
    assert scores.count == 1000
    assert scores.median == pytest.approx(5, abs=0.02)
    assert scores.mean == pytest.approx(5, abs=0.02)
    assert scores.p95 == pytest.approx(9.5, abs=0.02)
    assert scores.geometric == pytest.approx(10 / np.e, abs=0.02)
    assert scores.under_1 == pytest.approx(0.1, abs=0.002)
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


GROUPS = ["C1", "D3", "D6", "O"]


@pytest.mark.parametrize("name", GROUPS)
def test_half_turns_about_the_beam_are_divided_out(name, rng):
    group = getattr(symmetry, name)
    reference = random_rotations(200, rng)
    scores = score((reference * BEAM_TWOFOLD).to_euler(), reference, group)
    assert scores.median > 20
    assert scores.pattern.p95 < 1e-5
    assert scores.pattern.under_1 == 1
    near = small_rotations(np.full(200, np.deg2rad(3)), rng)
    off = score((near * reference).to_euler(), reference, group)
    assert (off.median, off.pattern.median) == (pytest.approx(3, abs=1e-4), pytest.approx(3, abs=1e-4))
    assert (off.under_2, off.pattern.under_5) == (0, 1)


@pytest.mark.parametrize("name", GROUPS)
def test_r2_nearest_divides_the_symmetry_out(name, rng):
    group = getattr(symmetry, name)
    reference = random_rotations(200, rng)
    chosen = rng.integers(group.size, size=200)
    equivalent = Rotation(group.data[chosen]) * reference
    assert score(equivalent.to_euler(), reference, group).r2_nearest == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("spread", [0.05, 0.3, 1.0])
def test_r2_nearest_is_never_below_r2(name, spread, rng):
    group = getattr(symmetry, name)
    reference = random_rotations(100, rng)
    found = reduce_euler(reference, group) + rng.normal(0, spread, (100, 3))
    scores = score(found, reference, group)
    assert scores.r2_nearest >= scores.r2


def test_r2_nearest_takes_angles_outside_the_region_as_they_are():
    reference = Rotation.from_euler(np.deg2rad([[100.0, 1, 10], [20, 50, 30], [120, 80, 60]]))
    found = reduce_euler(reference, symmetry.D3)
    found[0, 1] = np.deg2rad(-1.0)
    scores = score(found, reference, symmetry.D3)
    assert scores.r2 > 0.99
    assert scores.r2_nearest >= scores.r2


def test_full_turns_do_not_count_in_r2_nearest():
    reference = Rotation.from_euler(np.deg2rad([[359.0, 40, 10], [20, 50, 30], [120, 80, 60]]))
    found = reduce_euler(reference, symmetry.D3)
    found[0, 0] = np.deg2rad(1.0)
    scores = score(found, reference, symmetry.D3)
    assert scores.r2 < 0.5
    assert scores.r2_nearest > 0.999


def test_scores_have_names_for_tracking(rng):
    reference = random_rotations(20, rng)
    named = score(reference.to_euler(), reference, symmetry.D3).named("val")
    assert {"val_median", "val_under_1", "val_pattern_p95", "val_r2_nearest"} <= set(named)
    assert all(isinstance(value, float) for value in named.values())
