import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.scan.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan
from keras_stem.scan.virtual import Annulus, Spot, apertures_of, virtual_images
from keras_stem.scan.writing import create_scan

INFO = ScanInfo("test", (2, 3), Detector((21, 21), 0.1), (1.0, 1.0), "nm", 200.0, convergence_angle=2.0)


@pytest.fixture
def spotted(tmp_path):
    """A direct beam of 100 counts everywhere, and a spot at x = 0.5, y = 0.3 of as many as the position."""
    patterns = np.zeros((2, 3, 21, 21), np.uint16)
    patterns[..., 10, 10] = 100
    patterns[..., 7, 15] = np.arange(6).reshape(2, 3)
    with create_scan(tmp_path / "spotted.h5", INFO) as writer:
        writer.write_rows(0, patterns)
    with Scan(tmp_path / "spotted.h5") as scan:
        yield scan


def test_images(spotted):
    number = np.arange(6).reshape(2, 3)
    apertures = {
        "beam": Annulus(0, 0.2),
        "ring": Annulus(0.5, 0.7),
        "spot": Spot(0.5, 0.3, 0.15),
        "other side": Spot(0.5, -0.3, 0.15),
    }
    images = virtual_images(spotted, apertures)
    np.testing.assert_array_equal(images["beam"], np.full((2, 3), 100))
    np.testing.assert_array_equal(images["ring"], number)
    np.testing.assert_array_equal(images["spot"], number)
    np.testing.assert_array_equal(images["other side"], 0 * number)


def test_defaults_take_the_direct_beam_and_all_else(spotted):
    images = virtual_images(spotted, apertures_of(INFO, None, [], []))
    np.testing.assert_array_equal(images["bright_field"], np.full((2, 3), 100))
    np.testing.assert_array_equal(images["dark_field"], np.arange(6).reshape(2, 3))


def test_pixels(spotted):
    named = apertures_of(INFO, (0, 2), [(5, 7), (7, 9)], [(5, 3, 1.5)], pixels=True)
    assert named["dark_field"] == Annulus(0.5, pytest.approx(0.7))
    assert set(named) == {"bright_field", "dark_field", "dark_field2", "spot1"}
    np.testing.assert_array_equal(virtual_images(spotted, named)["spot1"], np.arange(6).reshape(2, 3))


def test_an_empty_aperture_is_a_clear_error(spotted):
    with pytest.raises(KerasStemError, match="has no pixel"):
        virtual_images(spotted, {"far": Annulus(5, 6)})
