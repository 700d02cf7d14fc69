"""An augmented pattern is the pattern of the augmented orientation."""

import dataclasses

import numpy as np
import pytest
from orix.quaternion import Rotation
from phases import PHASES

from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.pipeline.augmentation import Augmentation, augment, reoriented, resample
from keras_stem.scan.detector import Detector
from keras_stem.simulate.patterns import Microscope, PatternSimulator

DETECTOR = Detector((64, 64), 0.05)
COUNT = 4
NOTHING = Augmentation(
    rotate=False, mirror=False, shift=0, scale=0, dose_scale=1, background=0, hot_pixels=0, overlap_fraction=0
)
STILL, UPRIGHT = np.zeros((COUNT, 2)), np.zeros(COUNT, bool)
SAME_SIZE, UNTURNED = np.ones(COUNT), np.zeros(COUNT)


def drawn(phase, matrices, detector=DETECTOR, drift=(0.0, 0.0)):
    """Patterns without noise; the disks are wide enough for interpolation."""
    simulator = PatternSimulator(phase, Microscope(convergence_angle=3.0), detector)
    spots = simulator.spots(Rotation.from_matrix(matrices))
    return np.stack([simulator.draw([found], [1.0], np.asarray(drift)) for found in spots])


def correlation(first, second):
    """Pearson's correlation of the spots of each pair of patterns, apart from the direct beam."""
    around = DETECTOR.distances > 6 * DETECTOR.pixel_size
    inside = around & (DETECTOR.distances < DETECTOR.inner_radius)
    return np.array([np.corrcoef(a[inside], b[inside])[0, 1] for a, b in zip(first, second, strict=True)])


@pytest.fixture
def matrices(rng):
    return random_rotations(COUNT, rng).to_matrix()


@pytest.fixture
def counts(rng):
    """Electrons in many equal pixels."""
    return rng.poisson(40, (50, 64, 64)).astype(np.float32)


@pytest.mark.parametrize("name", PHASES)
def test_a_quarter_turn(name, matrices):
    phase, quarter = PHASES[name](), np.full(COUNT, np.pi / 2)
    patterns = drawn(phase, matrices)
    turned = resample(patterns, quarter, UPRIGHT, SAME_SIZE, STILL)
    expected = drawn(phase, reoriented(matrices, quarter, UPRIGHT))
    np.testing.assert_allclose(turned, expected, atol=1e-6 * patterns.max())


@pytest.mark.parametrize("name", PHASES)
def test_a_mirror(name, matrices):
    phase, mirrored = PHASES[name](), np.ones(COUNT, bool)
    patterns = drawn(phase, matrices)
    found = resample(patterns, UNTURNED, mirrored, SAME_SIZE, STILL)
    np.testing.assert_array_equal(found, patterns[:, :, ::-1])
    expected = drawn(phase, reoriented(matrices, UNTURNED, mirrored))
    np.testing.assert_allclose(found, expected, atol=1e-6 * patterns.max())


@pytest.mark.parametrize("name", PHASES)
def test_any_angle_with_and_without_a_mirror(name, matrices, rng):
    phase, angles, mirrored = PHASES[name](), rng.uniform(0.5, 2.5, COUNT), np.arange(COUNT) % 2 == 1
    patterns = drawn(phase, matrices)
    found = resample(patterns, angles, mirrored, SAME_SIZE, STILL)
    right = correlation(found, drawn(phase, reoriented(matrices, angles, mirrored)))
    wrong = [
        correlation(found, drawn(phase, reoriented(matrices, *way)))
        for way in ((UNTURNED, UPRIGHT), (-angles, mirrored), (angles, ~mirrored))
    ]
    assert right.min() > 0.98
    assert np.median(wrong) < 0.7
    assert np.all(right > np.max(wrong, axis=0))


@pytest.mark.parametrize("name", ["R-3m", "P2_1/c", "Pm-3m"])
def test_a_shift(name, matrices):
    phase, shift = PHASES[name](), np.tile([2.0, -3.0], (COUNT, 1))
    patterns = drawn(phase, matrices)
    found = resample(patterns, UNTURNED, UPRIGHT, SAME_SIZE, shift)
    expected = drawn(phase, matrices, drift=(2.0, -3.0))
    np.testing.assert_allclose(found[:, 2:, :-3], expected[:, 2:, :-3], atol=1e-6 * patterns.max())
    half = resample(patterns, UNTURNED, UPRIGHT, SAME_SIZE, np.full((COUNT, 2), 0.5))
    expected = drawn(phase, matrices, drift=(0.5, 0.5))
    assert correlation(half, expected).min() > 0.97
    assert np.all(correlation(half, expected) > correlation(patterns, expected))


@pytest.mark.parametrize("name", ["R-3m", "P2_1/c", "Pm-3m"])
def test_a_longer_camera_length(name, matrices):
    phase = PHASES[name]()
    patterns = drawn(phase, matrices)
    found = resample(patterns, UNTURNED, UPRIGHT, np.full(COUNT, 1.1), STILL)
    expected = drawn(phase, matrices, dataclasses.replace(DETECTOR, pixel_size=DETECTOR.pixel_size / 1.1))
    assert correlation(found, expected).min() > 0.95
    assert np.all(correlation(found, expected) - correlation(patterns, expected) > 0.05)


def test_all_at_once_is_what_one_by_one_would_be(matrices):
    phase, angle, mirrored = PHASES["P-1"](), np.full(COUNT, np.pi / 2), np.ones(COUNT, bool)
    shift = np.tile([1.0, 2.0], (COUNT, 1))
    found = resample(drawn(phase, matrices), angle, mirrored, SAME_SIZE, shift)
    expected = drawn(phase, reoriented(matrices, angle, mirrored), drift=(1.0, 2.0))
    np.testing.assert_allclose(found[:, 1:, 2:], expected[:, 1:, 2:], atol=1e-6 * expected.max())


def test_augmented_orientations_go_with_augmented_patterns(matrices, rng):
    phase = PHASES["P-1"]()
    settings = dataclasses.replace(NOTHING, rotate=True, mirror=True, shift=0.2, scale=0.002)
    patterns = drawn(phase, matrices)
    turned, new = augment(patterns, matrices, settings, rng)
    assert correlation(turned, drawn(phase, new)).min() > 0.97
    assert np.median(correlation(turned, patterns)) < 0.7
    np.testing.assert_allclose(np.linalg.det(new), 1)


def test_fewer_electrons_are_poisson_distributed(counts, rng):
    identity = np.tile(np.eye(3), (len(counts), 1, 1))
    thinned, _ = augment(counts, identity, dataclasses.replace(NOTHING, dose_scale=0.2), rng)
    kept = thinned.mean(axis=(1, 2)) / 40
    assert kept.min() > 0.18
    assert kept.max() < 1.02
    assert np.ptp(kept) > 0.5
    np.testing.assert_allclose(thinned.var(axis=(1, 2)), 40 * kept, rtol=0.1)
    assert thinned.min() >= 0


def test_background_adds_counts_around_the_beam(counts, rng):
    identity = np.tile(np.eye(3), (len(counts), 1, 1))
    found, _ = augment(counts, identity, dataclasses.replace(NOTHING, background=0.3), rng)
    added = found - counts
    assert added.min() >= 0
    share = added.sum(axis=(1, 2)) / counts.sum(axis=(1, 2))
    assert 0.2 < share.max() <= 0.3 + 1e-6
    assert np.all(added[:, 31, 31] > 5 * added[:, 0, 0])


def test_hot_pixels_only_raise_counts(counts, rng):
    identity = np.tile(np.eye(3), (len(counts), 1, 1))
    found, _ = augment(counts, identity, dataclasses.replace(NOTHING, hot_pixels=3), rng)
    assert np.all(found >= counts)
    changed = (found > counts).sum(axis=(1, 2))
    assert 0 < changed.max() <= 3
    assert np.all(found.max(axis=(1, 2)) == counts.max(axis=(1, 2)))


def test_an_overlap_is_the_weighted_sum(matrices, rng):
    patterns = drawn(PHASES["R-3m"](), matrices)
    found, same = augment(patterns, matrices, dataclasses.replace(NOTHING, overlap_fraction=0.4), rng)
    others = np.roll(patterns, 1, axis=0)
    np.testing.assert_array_equal(same, matrices)
    for mixed, first, second in zip(found, patterns, others, strict=True):
        share = ((mixed - first) * (second - first)).sum() / ((second - first) ** 2).sum()
        assert 0 <= share <= 0.4
        np.testing.assert_allclose(mixed, (1 - share) * first + share * second, atol=1e-6 * patterns.max())


def test_nothing_changes_nothing(counts, rng):
    matrices = random_rotations(len(counts), rng).to_matrix()
    found, same = augment(counts, matrices, NOTHING, rng)
    np.testing.assert_array_equal(found, counts)
    np.testing.assert_allclose(same, matrices, atol=1e-15)
    assert found.dtype == np.float32


def test_the_seed_fixes_everything(matrices):
    patterns = 1e5 * drawn(PHASES["R-3m"](), matrices)
    first, again, other = (
        augment(patterns, matrices, Augmentation(), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()


def test_integers_as_a_detector_gives_them_are_taken(matrices, rng):
    patterns = rng.poisson(1e5 * drawn(PHASES["R-3m"](), matrices))
    found = [
        augment(patterns.astype(kind), matrices, Augmentation(), np.random.default_rng(0))[0]
        for kind in (np.uint16, np.uint32, np.float32)
    ]
    for other in found[1:]:
        np.testing.assert_allclose(found[0], other, rtol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [{"shift": -1}, {"dose_scale": 0}, {"dose_scale": 1.1}, {"overlap_fraction": 0.5}, {"hot_pixels": -1}],
)
def test_impossible_augmentations_are_clear_errors(wrong):
    with pytest.raises(KerasStemError):
        Augmentation(**wrong)
