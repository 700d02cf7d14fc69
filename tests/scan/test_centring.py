"""Direct beams found in scans whose true shifts are known, two-beam conditions among them."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, uniform_filter

from keras_stem.scan.beam_candidates import find_beam_candidates
from keras_stem.scan.centring import Centring, centred, choose_shifts
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Simulation, simulate_scan

SHAPE = (10, 12)
RADIUS = 1.6
MIDDLE = 31.5
ROWS, COLUMNS = (each.ravel() for each in np.indices(SHAPE))
DISTANCES = np.hypot(*(np.indices((64, 64)) - MIDDLE))

DRIFTS = {
    "none": np.zeros((120, 2), int),
    "off the middle": np.tile([12, -9], (120, 1)),
    "ramp": np.stack([np.rint(COLUMNS * 10 / 11 - 5), np.rint(ROWS * 5 / 9)], axis=1).astype(int),
    "jump": np.stack([np.where(ROWS < 7, 0, 15), np.where(ROWS < 7, 0, -4)], axis=1),
}


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """Patterns whose direct beam is in the middle, and the grain of each."""
    path = tmp_path_factory.mktemp("centring") / "still.h5"
    simulate_scan(path, Simulation(polycrystal=Polycrystal(SHAPE, 4, vacuum=0.1), seed=2))
    with Scan(path) as scan:
        return scan.read(np.arange(len(scan))), scan.labels.prop["truth_grain"]


def in_two_beam_condition(patterns, chosen):
    """Make the strongest spot that the chosen patterns have in common 3 times their direct beam."""
    spoiled = patterns.copy()
    mean = patterns[chosen].mean(axis=0)
    contrast = gaussian_filter(mean, 1) - gaussian_filter(mean, 4)
    contrast[(DISTANCES < 5) | (DISTANCES > 25)] = 0
    spot = np.array(np.unravel_index(contrast.argmax(), contrast.shape))
    disk = np.roll(DISTANCES < RADIUS + 1, tuple(spot - 32), (0, 1))
    for k in chosen:
        direct = patterns[k][DISTANCES < RADIUS + 1].sum()
        spoiled[k][disk] = 3 * direct / disk.sum()
        brightest = uniform_filter(spoiled[k].astype(float), 3).argmax()
        assert np.hypot(*(np.unravel_index(brightest, (64, 64)) - spot)) < 2
    return spoiled


def moved(patterns, drift):
    return np.stack(
        [np.roll(pattern, tuple(step), (0, 1)) for pattern, step in zip(patterns, drift, strict=True)]
    )


def found(patterns, scan_shape=SHAPE) -> Centring:
    return choose_shifts(find_beam_candidates(patterns, RADIUS), scan_shape, (64, 64), RADIUS)


@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS)
@pytest.mark.parametrize("place", ["nowhere", "positions", "border", "grain"])
def test_a_brighter_disk_does_not_mislead(still, drift, place):
    patterns, grains = still
    largest = np.bincount(grains[grains >= 0]).argmax()
    chosen = {
        "nowhere": [],
        "positions": np.flatnonzero(grains >= 0)[::9],
        "border": np.flatnonzero((grains >= 0) & ((COLUMNS == 2) | (ROWS == 0))),
        "grain": np.flatnonzero(grains == largest),
    }[place]
    for k in [chosen] if place == "grain" else np.reshape(chosen, (-1, 1)):
        patterns = in_two_beam_condition(patterns, k) if len(k) else patterns
    centring = found(moved(patterns, drift))
    np.testing.assert_allclose(-centring.shifts, drift, atol=0.6)
    assert not centring.doubtful.any()


@pytest.mark.parametrize("scan_shape", [(1, 12), (1, 1)])
def test_small_scans(still, scan_shape):
    patterns, grains = still
    some = np.flatnonzero(grains >= 0)[: scan_shape[1]]
    spoiled = in_two_beam_condition(patterns, some)[some]
    drift = DRIFTS["ramp"][: len(some)]
    centring = found(moved(spoiled, drift), scan_shape)
    np.testing.assert_allclose(-centring.shifts, drift, atol=0.6)


def test_dark_patterns_get_the_shift_of_their_neighbours(still):
    patterns = moved(still[0], DRIFTS["ramp"])
    dark = [0, 40, 41, 77]
    patterns[dark] = 0
    centring = found(patterns)
    np.testing.assert_array_equal(np.flatnonzero(centring.doubtful), dark)
    np.testing.assert_allclose(-centring.shifts, DRIFTS["ramp"], atol=1)
    nothing = found(np.zeros_like(patterns))
    assert nothing.doubtful.all()
    assert not nothing.shifts.any()


def test_two_disks_alike_are_doubtful():
    pattern = np.zeros((64, 64), np.float32)
    pattern[31:33, [20, 21, 42, 43]] = 100
    assert found(pattern[None], (1, 1)).doubtful.all()
    pattern[31:33, 42:44] = 1
    assert not found(pattern[None], (1, 1)).doubtful.any()


@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "i8", "u8", "f4", "f8"])
def test_values_neither_wrap_nor_lose_their_type(dtype):
    whole = np.dtype(dtype).kind in "iu"
    largest = np.iinfo(dtype).max if whole else np.finfo("f4").max / 4
    lowest = 0 if np.dtype(dtype).kind == "u" else -100
    patterns = np.full((1, 8, 8), largest, dtype)
    patterns[0, :, 3:] = lowest
    same, right = (centred(patterns, np.array([step])) for step in ([0.0, 0.0], [0.0, 1.0]))
    assert same.dtype == right.dtype == np.dtype(dtype)
    np.testing.assert_allclose(same.astype(float), patterns.astype(float), rtol=1e-6)
    np.testing.assert_allclose(right[0, :, 1:].astype(float), patterns[0, :, :-1].astype(float), rtol=1e-6)
    assert not right[0, :, 0].any()


def test_integers_are_rounded():
    patterns = np.array([[[0, 3, 0], [0, 3, 0], [0, 3, 0]]], np.uint8)
    np.testing.assert_array_equal(centred(patterns, np.array([[0.0, 0.4]]))[0, 1], [0, 2, 1])
    np.testing.assert_array_equal(
        centred(-patterns.astype(np.int8), np.array([[0.0, 0.4]]))[0, 1], [0, -2, -1]
    )
