"""Reading of patterns from files of instruments and other programs with RosettaSciIO."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import Beam
from keras_stem.scan.metadata import BEAM_KEYS
from keras_stem.scan.readers import OF_HYPERSPY, open_signals
from keras_stem.scan.signal_axes import SignalAxis, axis_name, axis_step, require_one_scan, spectrum_axis
from keras_stem.units import PIXELS, is_length, plain_unit

_READERS_OF_PATTERNS = (4, 3, 2)
"""Numbers of dimensions that patterns can have, the most likely first."""

_KNOWN_PLACES = {
    "energy": (("HardwareSettings.GunHighVoltage", 1e-3),),  # app5, V
    "precession_angle": (("HardwareSettings.PrecessionHardwarePrecessionAngle", 180 / np.pi),),  # app5, rad
    "camera_length": (
        ("HardwareSettings.DiffractionCameraLength", 1e3),  # app5, m
        ("blockfile_header.Camera_length", 0.1),  # blo, 0.1 mm; RosettaSciIO gives m, HyperSpy expects mm
    ),
}
"""Original metadata that RosettaSciIO does not map, with the factor to kV, degrees and mm."""

_TEM = "Acquisition_instrument.TEM."


Axis = tuple[float, str]
"""Scale and unit of an axis."""

_NO_AXIS: Axis = (1.0, PIXELS)


@dataclass(frozen=True)
class VendorPatterns:
    """Lazily loaded patterns of a file.

    Parameters
    ----------
    data
        Shape (y, x, ky, kx), or (n, ky, kx) if the file does not contain the scan shape.
    title
        Title of the experiment.
    steps
        Distance of neighbouring positions along y and along x, each with its unit; "px" if unknown.
    pixels
        Pixel size along ky and along kx, each with the unit of the file, such as "1/A", "cm" or "rad"; "px"
        if unknown.
    beam
        Beam, as far as the file describes it.
    camera_length
        Camera length (mm); None if the file does not contain it.
    gain
        Value of one electron, if the file contains it in the metadata of HyperSpy.
    stacked
        Whether the positions are a flat sequence without rows.
    reader
        Name of the reader of RosettaSciIO.
    original
        Original metadata of the file.
    notes
        Messages for the user, one per line.
    """

    data: da.Array
    title: str
    steps: tuple[Axis, Axis]
    pixels: tuple[Axis, Axis]
    beam: Beam
    camera_length: float | None
    gain: float | None
    stacked: bool
    reader: str
    original: dict[str, Any]
    notes: tuple[str, ...] = ()


def read_vendor_file(path: str | Path, stack: bool = False) -> VendorPatterns:
    """Open the patterns of a file that RosettaSciIO reads.

    Of several data sets, the one with most patterns is chosen, but files with several scans of HyperSpy are
    rejected. A single image is treated as a scan of one position.

    Parameters
    ----------
    path
        The file, or the folder of a ``.zspy`` store.
    stack
        Whether the user specifies the scan shape, so that the file need not contain it.

    Returns
    -------
    VendorPatterns

    Raises
    ------
    KerasStemError
        If the file is missing, no reader opens it, or it contains no patterns or several scans of HyperSpy.
    """
    path = Path(path)
    if not path.exists():
        raise KerasStemError(f"Expected a file with patterns, found nothing at {path}.")
    opened = open_signals(path, stack)
    told = opened.reader in OF_HYPERSPY
    signal = max(opened.signals, key=lambda signal: _likelihood(signal, told))
    if not _may_be_patterns(signal, told):
        raise KerasStemError(
            f"Expected patterns in four or three dimensions in {path}, found {_what(signal, told)}; "
            "check that it is the file with the patterns."
        )
    if told:
        alike = [one for one in opened.signals if _likelihood(one, told)[0] == _likelihood(signal, told)[0]]
        require_one_scan([str(_at(one["metadata"], "General.title")) for one in alike], str(path))
    return replace(_described(signal, opened.reader, path), notes=opened.notes)


def _may_be_patterns(signal: dict[str, Any], told: bool) -> bool:
    """Return whether a signal may contain patterns; told: its axes distinguish scan and detector."""
    data = signal["data"]
    is_array = data.ndim in _READERS_OF_PATTERNS and data.dtype.names is None and data.dtype.kind in "buifc"
    return is_array and spectrum_axis(signal["axes"], told) is None


def _likelihood(signal: dict[str, Any], told: bool) -> tuple[int, int]:
    known = _may_be_patterns(signal, told)
    return (-_READERS_OF_PATTERNS.index(signal["data"].ndim) if known else -9, signal["data"].size)


def _what(signal: dict[str, Any], told: bool) -> str:
    data = signal["data"]
    if data.dtype.names == ("R", "G", "B") or data.dtype.names == ("R", "G", "B", "A"):
        return "a colour image"
    spectrum = spectrum_axis(signal["axes"], told)
    if spectrum:
        return f"spectra ({spectrum})"
    return f"the shape {data.shape} of {'records' if data.dtype.names else data.dtype}"


def _described(signal: dict[str, Any], reader: str, path: Path) -> VendorPatterns:
    data = signal["data"]
    data = data if isinstance(data, da.Array) else da.from_array(np.asarray(data), chunks="auto")
    axes = signal["axes"]
    if data.ndim == 2:
        data = data[None, None]
    scales = [_axis(axis, axis_name(axis, number, len(axes)), path) for number, axis in enumerate(axes)]
    if data.ndim == 3 and len(axes) == 3 and is_length(scales[0][1]):
        data = data[None]  # positions along a line rather than a stack
    steps = {4: scales[:2], 3: [scales[0]] * 2}.get(len(axes), [_NO_AXIS] * 2)
    metadata, original = dict(signal["metadata"]), dict(signal.get("original_metadata", {}))
    setting = functools.partial(_setting, metadata, original, _mapped(original, signal.get("mapping", {})))
    return VendorPatterns(
        data=data,
        title=_name(_at(metadata, "General.title") or path.stem),
        steps=tuple(steps),
        pixels=(scales[-2], scales[-1]),
        beam=Beam(**{ours: setting(ours, theirs) for ours, theirs in BEAM_KEYS.items()}),
        camera_length=setting("camera_length", "camera_length"),
        gain=_number(_at(metadata, "Signal.Noise_properties.Variance_linear_model.gain_factor")),
        stacked=len(axes) == 3,
        reader=reader,
        original=_plain(original),
    )


def _setting(metadata: Mapping, original: Mapping, mapped: Mapping, ours: str, theirs: str) -> float | None:
    """Return a microscope setting, by its name in this package and in HyperSpy; None if the file has none."""
    places = [(_at(original, place), factor) for place, factor in _KNOWN_PLACES.get(ours, ())]
    places += [(_at(metadata, _TEM + theirs), 1), (mapped.get(_TEM + theirs), 1)]
    numbers = [_number(value) * factor for value, factor in places if _number(value)]
    return numbers[0] if numbers else None


def _mapped(original: Mapping, mapping: Mapping) -> dict[str, Any]:
    """Return the values that a reader's mapping selects, and may convert, from the original metadata."""
    found = {where: (_at(original, place), change) for place, (where, change) in mapping.items()}
    return {
        where: change(value) if change else value
        for where, (value, change) in found.items()
        if where.startswith(_TEM) and value is not None
    }


def _plain(tree: Mapping) -> dict[str, Any]:
    """Return metadata as nested dictionaries of numbers and text, as supported by HDF5 attributes."""
    return {_name(key): _plain_value(value) for key, value in tree.items() if value is not None}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, np.generic) and value.dtype.kind in "iufb":
        value = value.item()
    if isinstance(value, bool | float) or (isinstance(value, int) and -(2**63) <= value < 2**64):
        return value
    return _text(value)


def _name(key: Any) -> str:
    """Return a valid name for an HDF5 item."""
    name = _text(key).replace("/", "-")
    return "-" if name in ("", ".", "..") else name


def _text(value: Any) -> str:
    """Return text without characters that HDF5 cannot store: NUL and lone surrogates."""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()


def _at(tree: Any, place: str) -> Any:
    for name in place.split("."):
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def _axis(axis: SignalAxis, name: str, path: Path) -> Axis:
    return axis_step(axis, name, str(path)), plain_unit(axis.get("units"))


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None
