"""Instruments, and the geometry that networks are told."""

import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import PAPER_BEAM, Beam
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument


def test_the_geometry_of_the_paper():
    reach, disk, precession = Instrument().geometry
    assert reach == pytest.approx(0.05 * 32 * np.sqrt(2))
    # 1.6 mrad at a wavelength of 0.019687 Å, in pixels of 0.05 1/Å.
    assert disk == pytest.approx(1.6e-3 / 0.019687 / 0.05, rel=1e-4)
    assert precession == PAPER_BEAM.precession_angle == 0.6


def test_disks_have_half_a_pixel_at_least():
    assert Instrument(Detector((64, 64), 0.5)).disk_radius == 0.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"detector": Detector((64, 64), 0.0)}, "sizes above 0"),
        ({"detector": Detector((0, 64), 0.05)}, "sizes above 0"),
        ({"beam": Beam(0.0, 1.6, 0.0)}, "sizes above 0"),
        ({"beam": Beam(300.0, 0.0, 0.0)}, "sizes above 0"),
        ({"beam": Beam(300.0, 1.6, 10.0)}, "precession of 0 to 10"),
        ({"beam": Beam(300.0, 1.6, -0.1)}, "precession of 0 to 10"),
    ],
)
def test_instruments_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(KerasStemError, match=message):
        Instrument(**wrong)
