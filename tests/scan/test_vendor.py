"""Patterns and calibrations of files that RosettaSciIO reads."""

import hyperspy.api as hs
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.scan.vendor import read_vendor_file


@pytest.fixture
def counts(rng):
    return rng.poisson(5, (3, 4, 6, 8)).astype(np.uint16)


def test_calibration_and_beam_of_a_hyperspy_file(counts, tmp_path):
    signal = hs.signals.Signal2D(counts)
    scales = ((2.0, "nm"), (3.0, "nm"), (0.05, "1/A"), (0.06, "1/A"))
    for axis, (scale, unit) in zip(signal.axes_manager._axes, scales, strict=True):
        axis.scale, axis.units = scale, unit
    tem = "Acquisition_instrument.TEM."
    for name, value in (("beam_energy", 200.0), ("convergence_angle", 1.5), ("camera_length", 80.0)):
        signal.metadata.set_item(tem + name, value)
    signal.metadata.set_item("Signal.Noise_properties.Variance_linear_model.gain_factor", 2.5)
    signal.save(tmp_path / "scan.hspy")
    found = read_vendor_file(tmp_path / "scan.hspy")
    np.testing.assert_array_equal(found.data.compute(), counts)
    assert (found.steps, found.pixels) == (scales[:2], scales[2:])
    assert (found.beam.energy, found.beam.convergence_angle, found.beam.precession_angle) == (200, 1.5, None)
    assert (found.camera_length, found.gain, found.stacked, found.title) == (80, 2.5, False, "scan")


@pytest.mark.parametrize(
    ("shape", "found_shape", "stacked"), [((5, 6, 8), (5, 6, 8), True), ((6, 8), (1, 1, 6, 8), False)]
)
def test_stacks_and_single_patterns(shape, found_shape, stacked, rng, tmp_path):
    np.save(tmp_path / "a.npy", rng.poisson(5, shape))
    found = read_vendor_file(tmp_path / "a.npy")
    assert (found.data.shape, found.stacked, found.reader) == (found_shape, stacked, "numpy")
    assert {unit for _, unit in (*found.steps, *found.pixels)} == {"px"}


def test_what_is_no_pattern_is_refused(tmp_path):
    np.save(tmp_path / "line.npy", np.ones(5))
    with pytest.raises(KerasStemError, match=r"three dimensions in .*line\.npy, found the shape \(5,\)"):
        read_vendor_file(tmp_path / "line.npy")
    with pytest.raises(KerasStemError, match="found nothing at"):
        read_vendor_file(tmp_path / "absent.npy")
