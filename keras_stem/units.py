"""Parsing, conversion and formatting of units of length and reciprocal length."""

import functools
import re
import unicodedata
from typing import Any

import pint

from keras_stem.errors import KerasStemError

PIXELS = "px"
"""Unit of positions without a known distance."""

_NO_UNIT = {"", "px", "pixel", "pixels", "point", "points", "<undefined>", "_none_", "none", "unknown"}
"""Names of an unknown unit in files, in lower case."""

_OF_PRINTERS = ("pixel", "point")
"""Parts of unit names that pint treats as typographic lengths, but that denote counts in pattern files."""

_UNIT = re.compile(r"[\w°·^*/().+-]+")
"""Characters allowed in a unit. Pint ignores other characters, and would parse \ufffdm as metres."""

_READABLE = (("m", 1.0), ("mm", 1e-3), ("um", 1e-6), ("nm", 1e-9), ("pm", 1e-12))
"""Units in which lengths are printed, with their values (m)."""

_ALIASES = {"Angle": "rad", "mrads": "mrad"}
"""Names of angular units in RosettaSciIO and their names in pint, in which rads are a radiation dose."""

_SMALLEST_NUMBER = {"nm": 0.1}
"""Smallest printed number of a unit, 1 by default; lengths below 0.1 nm are printed in pm."""


def plain_unit(unit: Any) -> str:
    """Return a unit in plain ASCII without TeX markup: Å as A, µ as u, pixels and missing units as px.

    Parameters
    ----------
    unit
        Unit as stored in a file: text, bytes or None.
    """
    text = unicodedata.normalize("NFKC", _decoded(unit)).replace("Å", "A").replace("μ", "u")
    text = text.replace("\N{MINUS SIGN}", "-").translate(str.maketrans("", "", " ^{}$"))
    return PIXELS if text.lower() in _NO_UNIT else text


def _decoded(unit: Any) -> str:
    """Return a unit as text, decoded from UTF-8 or else from Latin-1, in which µ is one byte."""
    data = unit if isinstance(unit, bytes) else str(unit).encode("utf-8", "surrogateescape")
    try:
        return data.decode().rstrip("\0")
    except UnicodeDecodeError:
        return data.decode("latin-1").rstrip("\0")


def is_length(unit: Any) -> bool:
    """Return whether a unit is a unit of length."""
    return _metres(plain_unit(unit)) is not None


def is_energy(unit: Any) -> bool:
    """Return whether a unit is a unit of energy, such as eV."""
    found = _parsed(plain_unit(unit))
    return found is not None and found.check("[energy]")


def length_unit(unit: Any) -> str:
    """Return a unit of length in ASCII. Raises `KerasStemError` for other units."""
    if not is_length(unit):
        raise KerasStemError(f"Expected a unit of length such as nm, found {str(unit)!r}.")
    return plain_unit(unit)


def convert_length(value: float, unit: Any, to: str) -> float:
    """Convert a length to another unit.

    Parameters
    ----------
    value
        Length or array of lengths.
    unit, to
        Present and desired unit.

    Raises
    ------
    KerasStemError
        If the unit is not a unit of length.
    """
    return value * _rounded(_metres(length_unit(unit)) / _metres(to))


def readable_unit(value: float, unit: Any) -> tuple[str, float]:
    """Return the most readable unit for a length and the conversion factor to it.

    Parameters
    ----------
    value
        Typical length.
    unit
        Unit of the length; a unit that is not a length is returned with the factor 1.
    """
    size = _metres(plain_unit(unit))
    if size is None:
        return plain_unit(unit), 1.0
    for name, length in _READABLE:
        # Values that round to 1 of a unit when printed are treated as 1.
        if abs(value) * size >= _SMALLEST_NUMBER.get(name, 1.0) * length * (1 - 1e-9):
            return name, _rounded(size / length)
    return ("nm", _rounded(size / 1e-9)) if not value else (name, _rounded(size / length))


def length_text(value: float, unit: Any, digits: int = 4) -> str:
    """Return a length as text, such as "5.3 nm"."""
    name, factor = readable_unit(value, unit)
    return f"{_digits(value * factor, digits)} {unit_text(name)}"


def steps_text(steps: tuple[float, float], unit: Any) -> str:
    """Return the steps along y and x as text, such as "5.3 nm"; both are given if they differ."""
    along_y, along_x = (length_text(step, unit) for step in steps)
    return along_x if along_y == along_x else f"{along_y} along y, {along_x} along x"


def unit_text(unit: Any) -> str:
    """Return a unit for printing: um as µm, A as Å."""
    text = plain_unit(unit)
    return {"um": "µm", "A": "Å"}.get(text, text)


def _digits(value: float, digits: int) -> str:
    """Return a number with the given significant digits, without an exponent unless it is very small."""
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.10g}" if abs(rounded) >= 1e-4 or not rounded else f"{rounded:g}"


def inverse_angstrom(
    pixel: float, unit: Any, wavelength: float | None = None, camera_length: float | None = None
) -> float:
    """Return the reciprocal length of a pixel (1/Å); NaN if it cannot be determined.

    Parameters
    ----------
    pixel, unit
        Pixel size as a reciprocal length, an angle, or a length on the detector, with its unit.
    wavelength
        Electron wavelength (Å), required for angles and lengths.
    camera_length
        Camera length (mm), required for lengths.
    """
    found = _parsed(plain_unit(unit))
    if found is None:
        return float("nan")
    if found.check("1/[length]"):
        return pixel * _rounded(found.to("1/angstrom").magnitude)
    if str(found.units).endswith(("radian", "degree")) and wavelength:
        return pixel * found.to("radian").magnitude / wavelength
    if found.check("[length]") and wavelength and camera_length:
        return pixel * found.to("mm").magnitude / camera_length / wavelength
    return float("nan")


@functools.cache
def _registry() -> pint.UnitRegistry:
    return pint.UnitRegistry()


def _metres(unit: str) -> float | None:
    found = _parsed(unit)
    return None if found is None or not found.check("[length]") else _rounded(found.to("m").magnitude)


def _rounded(factor: float) -> float:
    """Return a factor without rounding errors of pint, so that 1/nm is exactly 0.1 1/Å."""
    return float(f"{factor:.14g}")


@functools.cache
def _parsed(unit: str) -> "pint.Quantity | None":
    """Return the quantity 1 of a plain unit; None if it is not a unit or denotes pixels."""
    if not _UNIT.fullmatch(unit):
        return None
    text = re.sub(r"(?<![A-Za-z])A(ng|ngstr[oö]ms?)?(?![A-Za-z])", "angstrom", unit)
    text = re.sub(r"^([A-Za-z]+)-1$", r"1/\1", text)
    text = _ALIASES.get(text, text)
    for spelling in (text, text.lower()):
        try:
            found = _registry().Quantity(1.0, _registry().parse_units(spelling))
        except Exception:  # the parser of pint raises various errors
            continue
        return None if any(part in str(found.units) for part in _OF_PRINTERS) else found
    return None
