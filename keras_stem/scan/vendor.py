"""Patterns in the files of instruments and other programs, read by RosettaSciIO."""

import contextlib
import importlib
import inspect
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import rsciio

from keras_stem.errors import KerasStemError
from keras_stem.units import PIXELS, is_length, plain_unit

STACK_CHUNK = 64
"""So many patterns of a mere stack are a chunk."""

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


Axis = tuple[float, str]
"""Scale and unit."""

_NO_AXIS: Axis = (1.0, PIXELS)


@dataclass(frozen=True)
class VendorPatterns:
    """Patterns of a file, not read yet.

    Parameters
    ----------
    data
        Shape (y, x, ky, kx), or (n, ky, kx) where the file does not tell the scan's shape.
    title
        Of the experiment.
    steps
        Distance of neighbouring positions along y and along x, each with its unit; "px" if unknown.
    pixels
        Side of a detector pixel along ky and along kx, each with the unit of the file: "1/A", "cm", "rad" and
        others, "px" if unknown.
    microscope
        The beam energy (kV), camera length (mm), precession angle (deg) and convergence angle (mrad) that the
        file tells.
    gain
        Value of one electron, if the file tells it as HyperSpy does.
    stacked
        Whether the file has its positions one after the other, without rows.
    reader
        The reader of RosettaSciIO.
    original
        All that the file says of itself.
    """

    data: da.Array
    title: str
    steps: tuple[Axis, Axis]
    pixels: tuple[Axis, Axis]
    microscope: dict[str, float]
    gain: float | None
    stacked: bool
    reader: str
    original: dict[str, Any]


def read_vendor_file(path: str | Path) -> VendorPatterns:
    """Open the patterns of a file that RosettaSciIO reads.

    Of several data sets the one with most patterns is taken. A single image is a scan of one position.

    Parameters
    ----------
    path
        The file, or the folder of a ``.zspy`` store.

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
    signals, reader = _open(path)
    signal = max(signals, key=_likelihood)
    if signal["data"].ndim not in _READERS_OF_PATTERNS:
        raise KerasStemError(
            f"Expected patterns in four or three dimensions in {path}, "
            f"found the shape {signal['data'].shape}."
        )
    return _described(signal, reader, path)


def _open(path: Path) -> tuple[list[dict[str, Any]], str]:
    """Return the signals of the first reader that opens the file, lazily where it can."""
    suffix = path.suffix[1:].lower()
    readers = [plugin for plugin in rsciio.IO_PLUGINS if suffix in plugin["file_extensions"]]
    problems = []
    for plugin in readers:
        try:
            signals = _read_by_rows(plugin["api"], path)
        except Exception as error:  # readers raise whatever they meet
            problems.append(f"{plugin['name']}: {_first_line(error)}")
            continue
        if signals:
            return signals, plugin["name"]
        problems.append(f"{plugin['name']}: no data")
    reason = "; ".join(problems) if problems else f"none is for .{suffix} files"
    raise KerasStemError(f"No reader of RosettaSciIO opens {path} ({reason}).")


def _read_by_rows(module: str, path: Path) -> list[dict[str, Any]]:
    """Read with a row of whole patterns as a chunk, if the reader lets us choose.

    The chunks of dask's own choice cut through patterns, and take four times as long to put together.
    """
    signals = _read(module, path)
    read = importlib.import_module(module).file_reader
    if len(signals) > 1 or "chunks" not in inspect.signature(read).parameters:
        return signals
    shape = signals[0]["data"].shape if signals else ()
    if len(shape) not in (3, 4):
        return signals
    run = 1 if len(shape) == 4 else STACK_CHUNK
    return _read(module, path, chunks=(min(run, shape[0]), *shape[1:]))


def _read(module: str, path: Path, **options: Any) -> list[dict[str, Any]]:
    """Read lazily if the reader can, without its warnings and progress bars."""
    read = importlib.import_module(module).file_reader
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            return read(str(path), lazy=True, **options)
        except NotImplementedError:
            return read(str(path), lazy=False, **options)


def _likelihood(signal: dict[str, Any]) -> tuple[int, int]:
    dimensions = signal["data"].ndim
    known = dimensions in _READERS_OF_PATTERNS
    return (-_READERS_OF_PATTERNS.index(dimensions) if known else -9, signal["data"].size)


def _described(signal: dict[str, Any], reader: str, path: Path) -> VendorPatterns:
    data = signal["data"]
    data = data if isinstance(data, da.Array) else da.from_array(np.asarray(data), chunks="auto")
    axes = signal["axes"]
    if data.ndim == 2:
        data = data[None, None]
    scales = [_axis(axis) for axis in axes]
    if data.ndim == 3 and len(axes) == 3 and is_length(scales[0][1]):
        data = data[None]  # the positions of a line, and no mere stack
    steps = {4: scales[:2], 3: [scales[0]] * 2}.get(len(axes), [_NO_AXIS] * 2)
    metadata, original = dict(signal["metadata"]), dict(signal.get("original_metadata", {}))
    return VendorPatterns(
        data=data,
        title=str(_at(metadata, "General.title") or path.stem).replace("/", "-"),
        steps=tuple(steps),
        pixels=(scales[-2], scales[-1]),
        microscope=_microscope(metadata, original, signal.get("mapping", {})),
        gain=_number(_at(metadata, "Signal.Noise_properties.Variance_linear_model.gain_factor")),
        stacked=len(axes) == 3,
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
    mapped = {where: change(_at(original, place)) for place, (where, change) in mapping.items()}
    found = {}
    for ours, theirs in names.items():
        places = [(_at(original, place), factor) for place, factor in _KNOWN_PLACES.get(ours, ())]
        places += [(_at(metadata, _TEM + theirs), 1), (mapped.get(_TEM + theirs), 1)]
        numbers = [_number(value) * factor for value, factor in places if _number(value)]
        if numbers:
            found[ours] = numbers[0]
    return found


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


def _axis(axis: Mapping) -> Axis:
    return float(axis.get("scale", 1.0)), plain_unit(axis.get("units"))


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
