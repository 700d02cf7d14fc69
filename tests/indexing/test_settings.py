"""Settings of template matching, completed by the scan."""

import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.indexing.settings import Matching
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.scan.metadata import ScanInfo


def info_of(pixel_size, beam=Beam(200.0)):  # noqa: B008 - it is frozen
    return ScanInfo("copper", (3, 4), Detector((64, 80), pixel_size), (1.0, 1.0), "nm", beam)


def test_what_is_not_given_is_that_of_the_scan_and_then_the_usual():
    found = Matching(resolution=2.0, best=3).complete(info_of(0.05))
    assert found.beam == Beam(200.0, 1.6, 0.0)
    assert found.radius == pytest.approx(np.hypot(32, 40) * 0.05)
    # By hand: the wavelength at 200 kV is 0.025079 Å.
    assert found.spot_radius == pytest.approx(1.6e-3 / 0.025079, rel=1e-4)
    assert found.beam_mask == pytest.approx(1.5 * found.spot_radius)
    assert (found.resolution, found.best) == (2.0, 3)


def test_what_is_given_is_kept():
    given = Matching(
        radius=1.0, beam=Beam(300.0, 2.0, 0.5), spot_radius=0.1, beam_mask=0.0, gamma=0.3, refine=5,
        excitation_error=0.01, runner_up=5.0,
    )  # fmt: skip
    assert given.complete(info_of(0.05)) == given


def test_impossible_beams_are_refused():
    with pytest.raises(KerasStemError, match="Expected a precession of 0 to 10 deg, found -1"):
        Matching(beam=Beam(precession_angle=-1.0)).complete(info_of(0.05))


def test_a_scan_without_calibration_is_refused():
    with pytest.raises(KerasStemError, match="copper has no reciprocal calibration"):
        Matching().complete(info_of(0.0))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("resolution", 0.05),
        ("resolution", 11),
        ("gamma", 0.0),
        ("excitation_error", -0.1),
        ("refine", -1),
        ("radius", -1.0),
        ("spot_radius", -3.0),
        ("beam_mask", -0.1),
        ("runner_up", 0.0),
        ("best", 0),
    ],
)
def test_values_out_of_range_are_refused(name, value):
    with pytest.raises(KerasStemError, match=f"Expected {name.replace('_', ' ')} from .* found {value:g}"):
        Matching(**{name: value})


def test_disks_are_at_least_a_pixel_and_smaller_than_the_detector():
    assert Matching(spot_radius=0.001).complete(info_of(0.05)).spot_radius == 0.025
    with pytest.raises(KerasStemError, match=r"Expected a disk radius below that of the detector, 1\.6 1/Å"):
        Matching(spot_radius=2.0).complete(info_of(0.05))


def test_scattering_vectors_are_within_the_ewald_sphere():
    """By hand: the wavelength at 1 kV is 0.3876 Å."""
    found = Matching(beam=Beam(1.0)).complete(info_of(0.2))
    assert found.radius == pytest.approx(0.5 / 0.3876, rel=1e-3)
    with pytest.raises(KerasStemError, match=r"up to 1\.29 1/Å, half that of the Ewald sphere at 1 kV"):
        Matching(beam=Beam(1.0), radius=1.5).complete(info_of(0.2))
