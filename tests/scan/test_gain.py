"""The value of one electron, as stored, given, or told by the noise."""

import hyperspy.api as hs
import numpy as np
import pytest
from pattern_values import converted

from keras_stem.scan.gain import estimate_gain
from keras_stem.scan.scan import Scan
from keras_stem.workflow.conversion import Calibration


@pytest.mark.parametrize("gain", [1.0, 0.0123, 37.0])
def test_the_gain_follows_from_the_noise(gain, noisy):
    found = estimate_gain(noisy.reshape(-1, 64, 64) * gain)
    assert found.of_counts
    assert found.value == pytest.approx(gain, rel=0.15)


@pytest.mark.parametrize("gain", [1.0, 0.05])
def test_the_gain_of_sparse_counts(gain, rng):
    counts = rng.poisson(0.02, (64, 64, 64)) * gain
    found = estimate_gain(counts)
    assert found.of_counts
    assert found.value == pytest.approx(gain, rel=0.15)


@pytest.mark.parametrize(
    ("offset", "readout"), [(0, 0.3), (0, 1), (0, 10), (10, 0), (100, 0), (100, 1), (100, 10), (-5, 0)]
)
@pytest.mark.parametrize("gain", [0.01, 2.5])
def test_readout_noise_and_offsets_give_no_wrong_gain(gain, offset, readout, noisy, rng, tmp_path):
    """In electrons; the background has 1 to 40."""
    values = gain * (noisy + offset + rng.normal(0, readout, noisy.shape))
    found = estimate_gain(values.reshape(-1, 64, 64))
    assert not found.of_counts
    assert np.isnan(found.value) or found.value == pytest.approx(gain, rel=0.3)
    told = " ".join(converted(tmp_path, values).notes)
    assert "readout noise or an offset" in told and "--gain" in told


def test_the_slope_of_the_noise_is_the_gain(noisy, rng):
    for values in (noisy + rng.normal(0, 0.5, noisy.shape), noisy + 20.0):
        found = estimate_gain(2.5 * values.reshape(-1, 64, 64))
        assert found.value == pytest.approx(2.5, rel=0.2)


def test_an_even_background_does_not_tell_an_offset_from_counts(rng):
    counts = rng.poisson(3, (30, 64, 64))
    for values in (2.5 * counts + 100.25, 2.5 * counts - 5.5, counts + rng.normal(0, 3, counts.shape)):
        found = estimate_gain(values)
        assert np.isnan(found.value) and not found.of_counts
    assert estimate_gain(2.5 * counts).value == pytest.approx(2.5, rel=0.15)


def test_normalised_patterns_are_read_as_counts(noisy, tmp_path):
    scale = 1 / noisy.max()
    made = converted(tmp_path, (noisy * scale).astype(np.float32))
    [note] = made.notes
    assert "not counts (fractions, up to 1)" in note and "--gain" in note
    with Scan(tmp_path / "out.h5") as scan:
        assert scan.gain == pytest.approx(scale, rel=0.15)
        assert scan.dtype == np.float32
        ratio = scan.read(np.arange(20)).sum() / noisy.sum()
        assert ratio == pytest.approx(scale / scan.gain, rel=1e-4)
    signal = hs.load(tmp_path / "out.h5", file_format="hspy")
    np.testing.assert_allclose(signal.data, noisy * scale, rtol=1e-6)
    model = signal.metadata.Signal.Noise_properties.Variance_linear_model
    assert model.gain_factor == pytest.approx(made.info.gain)


@pytest.mark.parametrize("options", [{"centre": True}, {"repair": True}, {"centre": True, "binning": 2}, {}])
def test_whole_counts_stored_as_floats_stay_counts(options, noisy, tmp_path):
    """Steps that make fractions of them give as many electrons as of integers."""
    counts = noisy.astype(np.float32)
    counts[..., 50, 9] = 20_000  # a hot pixel among even numbers of neighbours
    counts[..., 51, 12] = 65_535 if not options else 20_000
    counts[..., 40:42, 9:11] += 1
    converted(tmp_path, counts, **options)
    with Scan(tmp_path / "out.h5") as scan:
        stored = scan.patterns[()]
        assert not np.array_equal(stored, np.rint(stored))
        assert scan.gain == 1
        np.testing.assert_array_equal(scan.read(np.arange(20)).reshape(stored.shape), stored)


def test_a_gain_that_is_given_counts(noisy, tmp_path):
    made = converted(tmp_path, (20 * noisy).astype(np.uint16), calibration=Calibration(gain=20.0))
    assert made.notes == ("The values are divided by the gain 20 to count electrons.",)
    with Scan(tmp_path / "out.h5") as scan:
        np.testing.assert_allclose(scan.read(np.arange(20)).reshape(noisy.shape), noisy)
        assert scan.notes() == list(made.notes)


def test_values_without_noise_are_told(tmp_path):
    rows, columns = np.indices((64, 64)) - 31.5
    smooth = np.exp(-np.hypot(rows, columns) / 20) * np.ones((2, 2, 1, 1))
    [note] = converted(tmp_path, smooth).notes
    assert "no noise" in note and "taken as counts" in note
    with Scan(tmp_path / "out.h5") as scan:
        assert scan.gain == 1


def test_counts_need_no_note(noisy, scan, tmp_path):
    assert converted(tmp_path, noisy.astype(np.uint16)).notes == ()
    assert converted(tmp_path, noisy.astype(np.float32)).notes == ()
    assert scan.notes() == []
