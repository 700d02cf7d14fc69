"""Calibrations that are given for a conversion."""

import numpy as np
import pytest
from conversions import converted

from keras_stem.instrument.beam import Beam
from keras_stem.workflow.conversion import Calibration


def test_calibration_of_the_reader_counts_first(signal, tmp_path):
    signal.save(tmp_path / "dummy.hspy")
    known = Calibration(pixel_size=0.03, steps=(1.5, 1.5), beam=Beam(300.0, precession_angle=0.6))
    with converted(tmp_path / "dummy.hspy", tmp_path, calibration=known) as scan:
        assert scan.info.detector.pixel_size == 0.03
        assert (scan.info.steps, scan.info.unit) == ((1.5, 1.5), "nm")
        assert (scan.info.beam.energy, scan.info.beam.precession_angle) == (300.0, 0.6)


def test_camera_length_gives_the_reciprocal_scale(signal, tmp_path):
    for axis in signal.axes_manager.signal_axes:
        axis.scale, axis.units = 0.055, "mm"
    signal.save(tmp_path / "dummy.hspy")
    with converted(tmp_path / "dummy.hspy", tmp_path) as scan:
        assert np.isnan(scan.info.detector.pixel_size)
    with converted(tmp_path / "dummy.hspy", tmp_path, calibration=Calibration(camera_length=100.0)) as scan:
        # 0.55 mrad over the wavelength of 200 kV.
        assert scan.info.detector.pixel_size == pytest.approx(0.55e-3 / 0.025079, rel=1e-4)
