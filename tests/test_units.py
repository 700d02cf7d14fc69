"""Units, against their definitions."""

import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.units import (
    convert_length,
    inverse_angstrom,
    is_length,
    length_text,
    length_unit,
    plain_unit,
    steps_text,
)

METRES = {"m": 1, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "μm": 1e-6, "Microns": 1e-6, "nm": 1e-9}
METRES |= {"NM": 1e-9, "nanometers": 1e-9, "A": 1e-10, "Å": 1e-10, "Angstrom": 1e-10, "pm": 1e-12}


@pytest.mark.parametrize("unit", METRES)
def test_lengths(unit):
    assert convert_length(2.5, unit, "nm") == pytest.approx(2.5e9 * METRES[unit], rel=1e-12)


@pytest.mark.parametrize(
    "unit",
    [
        *["px", "", None, "pixels", "<undefined>", "_None_", "s", "deg", "1/nm", "parsnip"],
        *["Px", "PX", "kpx", "css_pixel", "Kpx", "nm/px", "pp", "\ufffdm", "?m", "nm?"],
    ],
)
def test_what_is_no_length(unit):
    assert not is_length(unit)
    with pytest.raises(KerasStemError, match="unit of length"):
        length_unit(unit)


@pytest.mark.parametrize(
    "unit", [None, b"", "<undefined>", "_None_", "pixel", "px", "Px", "PX", "Pixels", b"px\0"]
)
def test_unknown_units_are_pixels(unit):
    assert plain_unit(unit) == "px"


@pytest.mark.parametrize("unit", [b"\xb5m", "µm".encode(), "\udcb5m", b"\xb5m\0"])
def test_a_micrometre_in_any_encoding(unit):
    assert plain_unit(unit) == "um"
    assert convert_length(1.0, unit, "nm") == pytest.approx(1000, rel=1e-12)


@pytest.mark.parametrize("unit", ["1/px", "px^-1", "1/Px", "1/PX", "1/kpx", "px-1", "1/pixel", "1/css_pixel"])
def test_reciprocal_pixels_are_unknown(unit):
    assert np.isnan(inverse_angstrom(1.0, unit, 0.025, 100))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("1/Å", 1),
        ("1/A", 1),
        ("Å^-1", 1),
        ("Å$^{-1}$", 1),
        ("A-1", 1),
        ("1/nm", 0.1),
        ("nm^{-1}", 0.1),
        ("1/um", 1e-4),
    ],
)
def test_reciprocal_lengths(unit, expected):
    assert inverse_angstrom(1.0, unit) == pytest.approx(expected, rel=1e-12)


def test_angles_and_lengths_on_the_detector():
    # At 200 kV, 0.02508 Å: 1 mrad is 0.03987 1/Å; 0.1 mm at a camera length of 100 mm is 1 mrad.
    for unit, value in (("mrad", 1.0), ("mrads", 1.0), ("rad", 1e-3), ("deg", np.rad2deg(1e-3))):
        assert inverse_angstrom(value, unit, 0.02508) == pytest.approx(0.039872, rel=1e-4)
    assert inverse_angstrom(0.1, "mm", 0.02508, 100) == pytest.approx(0.039872, rel=1e-4)
    for unknown in (("mrad", None, None), ("mm", 0.025, None), ("px", 0.025, 100), ("counts", 0.025, 100)):
        assert np.isnan(inverse_angstrom(1.0, *unknown))


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.0053, "um", "5.3 nm"),
        (5.3, "nm", "5.3 nm"),
        (2.5, "Å", "0.25 nm"),
        (0.5, "A", "50 pm"),
        (1234.5, "nm", "1.234 µm"),
        (0.3, "um", "300 nm"),
        (0.012, "m", "12 mm"),
        (2, "m", "2 m"),
        (3, "px", "3 px"),
        (0, "um", "0 nm"),
    ],
)
def test_lengths_read_well(value, unit, expected):
    assert length_text(value, unit) == expected


def test_steps_that_differ_are_both_told():
    assert steps_text((0.01, 0.01), "um") == "10 nm"
    assert steps_text((0.01, 0.005), "um") == "10 nm along y, 5 nm along x"
