"""Patterns in the files of instruments and other programs, read by RosettaSciIO."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.scan.readers import open_signals

_READERS_OF_PATTERNS = (4, 3, 2)
"""Numbers of dimensions that can be patterns, the likeliest first."""

_KNOWN_PLACES = {
    "beam_energy": (("HardwareSettings.GunHighVoltage", 1e-3),),  # app5, V
    "precession_angle": (("HardwareSettings.PrecessionHardwarePrecessionAngle", 180 / np.pi),),  # app5, rad
    "camera_length": (
        ("HardwareSettings.DiffractionCameraLength", 1e3),  # app5, m
        ("blockfile_header.Camera_length", 0.1),  # blo, 0.1 mm; RosettaSciIO gives m, HyperSpy expects mm
    ),
}
"""Where original metadata tell what RosettaSciIO does not carry over, and the factor to kV, deg and mm."""

_TEM = "Acquisition_instrument.TEM."


@dataclass(frozen=True)
class VendorPatterns:
    """Patterns of a file, not read yet.

    Parameters
    ----------
    data
        Shape (y, x, ky, kx), or (n, ky, kx) where the file does not tell the scan's shape.
    title
        Of the experiment.
    step, unit
        Distance of neighbouring positions.
    pixel, pixel_unit
        Side of a detector pixel, in the unit of the file: "1/Å", "cm", "rad" and others, "" if unknown.
    microscope
        The beam energy (kV), camera length (mm), precession angle (deg) and convergence angle (mrad) that the
        file tells.
    reader
        The reader of RosettaSciIO.
    original
        All that the file says of itself.
    notes
        Lines that the user should read.
    """

    data: da.Array
    title: str
    step: float
    unit: str
    pixel: float
    pixel_unit: str
    microscope: dict[str, float]
    reader: str
    original: dict[str, Any]
    notes: tuple[str, ...] = ()


def read_vendor_file(path: str | Path, stack: bool = False) -> VendorPatterns:
    """Open the patterns of a file that RosettaSciIO reads.

    Of several data sets the one with most patterns is taken. A single image is a scan of one position.

    Parameters
    ----------
    path
        The file, or the folder of a ``.zspy`` store.
    stack
        Whether the user tells the shape of the scan, so that the file's is not asked for.

    Returns
    -------
    VendorPatterns

    Raises
    ------
    KerasStemError
        If the file is missing, no reader opens it, or it holds no patterns.
    """
    path = Path(path)
    if not path.exists():
        raise KerasStemError(f"Expected a file with patterns, found nothing at {path}.")
    opened = open_signals(path, stack)
    signal = max(opened.signals, key=_likelihood)
    if not _may_be_patterns(signal):
        raise KerasStemError(
            f"Expected patterns in four or three dimensions in {path}, found {_what(signal)}; "
            "check that it is the file with the patterns."
        )
    return replace(_described(signal, opened.reader, path), notes=opened.notes)


def inverse_angstrom(pixel: float, unit: str, wavelength: float | None, camera_length: float | None) -> float:
    """Return the reciprocal length of a pixel, Å⁻¹; NaN where it does not follow from what is known.

    Parameters
    ----------
    pixel, unit
        Side of a pixel in a reciprocal unit, an angle, or a length on the detector.
    wavelength
        Of the electrons, Å; angles and lengths need it.
    camera_length
        mm; lengths need it.
    """
    unit = plain_unit(unit)
    reciprocal = {"1/A": 1.0, "A-1": 1.0, "1/nm": 0.1, "nm-1": 0.1}.get(unit)
    angle = {"rad": 1.0, "mrad": 1e-3, "Angle": 1.0}.get(unit)
    length = {"m": 1e3, "cm": 10.0, "mm": 1.0, "um": 1e-3}.get(unit)
    if reciprocal:
        return pixel * reciprocal
    if angle and wavelength:
        return pixel * angle / wavelength
    if length and wavelength and camera_length:
        return pixel * length / camera_length / wavelength
    return float("nan")


def plain_unit(unit: Any) -> str:
    """Return a unit in ASCII: Å as A, µ as u, without the ornaments of TeX."""
    text = unicodedata.normalize("NFKC", str(unit)).replace("Å", "A").replace("μ", "u")
    return text.replace("\N{MINUS SIGN}", "-").translate(str.maketrans("", "", " ^{}$"))


def _may_be_patterns(signal: dict[str, Any]) -> bool:
    data = signal["data"]
    return data.ndim in _READERS_OF_PATTERNS and data.dtype.names is None and data.dtype.kind in "buifc"


def _likelihood(signal: dict[str, Any]) -> tuple[int, int]:
    known = _may_be_patterns(signal)
    return (-_READERS_OF_PATTERNS.index(signal["data"].ndim) if known else -9, signal["data"].size)


def _what(signal: dict[str, Any]) -> str:
    data = signal["data"]
    if data.dtype.names == ("R", "G", "B") or data.dtype.names == ("R", "G", "B", "A"):
        return "a colour image"
    return f"the shape {data.shape} of {'records' if data.dtype.names else data.dtype}"


def _described(signal: dict[str, Any], reader: str, path: Path) -> VendorPatterns:
    data = signal["data"]
    data = data if isinstance(data, da.Array) else da.from_array(np.asarray(data), chunks="auto")
    axes = signal["axes"]
    if data.ndim == 2:
        data = data[None, None]
    step = axes[-3] if data.ndim == 4 and len(axes) == 4 else {}
    metadata, original = dict(signal["metadata"]), dict(signal.get("original_metadata", {}))
    return VendorPatterns(
        data=data,
        title=str(_at(metadata, "General.title") or path.stem).replace("/", "-"),
        step=float(step.get("scale", 1.0)),
        unit=_named(step.get("units")) or "px",
        pixel=float(axes[-1].get("scale", 1.0)),
        pixel_unit=_named(axes[-1].get("units")),
        microscope=_microscope(metadata, original, signal.get("mapping", {})),
        reader=reader,
        original=_plain(original),
    )


def _microscope(metadata: Mapping, original: Mapping, mapping: Mapping) -> dict[str, float]:
    """Return what the file tells of the microscope."""
    names = {
        "beam_energy": "beam_energy",
        "camera_length": "camera_length",
        "convergence_angle": "convergence_angle",
        "precession_angle": "rocking_angle",
    }
    mapped = _mapped(original, mapping)
    found = {}
    for ours, theirs in names.items():
        places = [(_at(original, place), factor) for place, factor in _KNOWN_PLACES.get(ours, ())]
        places += [(_at(metadata, _TEM + theirs), 1), (mapped.get(_TEM + theirs), 1)]
        numbers = [_number(value) * factor for value, factor in places if _number(value)]
        if numbers:
            found[ours] = numbers[0]
    return found


def _mapped(original: Mapping, mapping: Mapping) -> dict[str, Any]:
    """Return what a reader's mapping finds in the original metadata; it may change what is there."""
    found = {where: (_at(original, place), change) for place, (where, change) in mapping.items()}
    return {
        where: change(value) if change else value
        for where, (value, change) in found.items()
        if where.startswith(_TEM) and value is not None
    }


def _plain(tree: Mapping) -> dict[str, Any]:
    """Return metadata as nested dictionaries of numbers and text, which HDF5 attributes can hold."""
    plain = {}
    for key, value in tree.items():
        name = str(key).replace("/", "-")
        if isinstance(value, Mapping):
            plain[name] = _plain(value)
        elif isinstance(value, bool | int | float | str):
            plain[name] = value
        elif isinstance(value, np.generic) and value.dtype.kind in "iufb":
            plain[name] = value.item()
        elif value is not None:
            plain[name] = str(value)
    return plain


def _at(tree: Any, place: str) -> Any:
    for name in place.split("."):
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def _named(unit: Any) -> str:
    text = "" if unit is None else str(unit)
    return "" if text in ("<undefined>", "_None_", "None") else text


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None
