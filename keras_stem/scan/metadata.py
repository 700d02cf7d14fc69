"""Scan metadata, converted between the axes and metadata of HyperSpy and a frozen dataclass."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import h5py
import numpy as np
from diffsims.utils.sim_utils import get_electron_wavelength

from keras_stem.errors import KerasStemError
from keras_stem.io.hdf5_items import attribute, item, number_attribute, place, require_group, require_stored
from keras_stem.scan.detector import Detector
from keras_stem.scan.signal_axes import SignalAxis, axis_name, axis_step, scan_first, spectrum_axis
from keras_stem.units import PIXELS, convert_length, inverse_angstrom, is_length, plain_unit

CONVERGENCE_ANGLE = 1.6
BEAM_ENERGY = 300.0
"""Convergence semi-angle (mrad) and beam energy (kV) of the paper, for scans without these metadata."""

_NOISE_MODEL = "Signal/Noise_properties/Variance_linear_model"

SQUARE = 0.01
"""Relative tolerance of the side lengths of a square pixel."""

_TEM_KEYS = {
    "beam_energy": "beam_energy",
    "camera_length": "camera_length",
    "convergence_angle": "convergence_angle",
    "precession_angle": "rocking_angle",
}
"""Names of this package and of HyperSpy (pyxem calls the precession angle rocking angle)."""


@dataclass(frozen=True)
class ScanInfo:
    """Shapes and calibration of a scan.

    Parameters
    ----------
    title
        Name of the experiment.
    shape
        Rows and columns of scan positions.
    detector
        Shape and reciprocal pixel size of a pattern.
    steps
        Distance of neighbouring rows and of neighbouring columns, in ``unit``.
    unit
        Unit of the steps, such as "nm"; "px" if it is unknown.
    beam_energy, camera_length, convergence_angle, precession_angle
        Beam energy (kV), camera length (mm), convergence semi-angle (mrad) and precession angle (degrees);
        None if unknown.
    gain
        Value of one electron, by which patterns are divided to count electrons; None if the file does not
        contain it.
    origin
        Additional metadata stored with the file, such as the settings of a simulation.
    """

    title: str
    shape: tuple[int, int]
    detector: Detector
    steps: tuple[float, float]
    unit: str
    beam_energy: float | None = None
    camera_length: float | None = None
    convergence_angle: float | None = None
    precession_angle: float | None = None
    gain: float | None = None
    origin: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        if not self.title or "/" in self.title:
            raise KerasStemError(f"Expected a title without a slash, found {self.title!r}.")
        for axis, step in zip("yx", self.steps, strict=True):
            require_positive(step, f"a step along {axis}", self.title, "--step")
        if self.gain is not None:
            require_positive(self.gain, "a gain", self.title, "--gain")

    @property
    def size(self) -> int:
        """Number of scan positions."""
        return self.shape[0] * self.shape[1]


def beam_radius(info: ScanInfo) -> float:
    """Return the radius of the direct beam and of all diffraction disks (1/Å).

    The radius follows from the convergence angle and the beam energy, which default to those of the paper
    (1.6 mrad, 300 kV).
    """
    angle = info.convergence_angle or CONVERGENCE_ANGLE
    return angle * 1e-3 / get_electron_wavelength(info.beam_energy or BEAM_ENERGY)


def hyperspy_axes(info: ScanInfo) -> list[dict[str, Any]]:
    """Return the axes (y, x, ky, kx) in the format of HyperSpy; the direct beam is at ky = kx = 0."""
    detector = info.detector
    known = np.isfinite(detector.pixel_size)
    pixel, unit = (detector.pixel_size, "1/Å") if known else (1.0, PIXELS)
    offsets = [-centre * pixel for centre in detector.centre]
    rows = [
        ("y", info.shape[0], info.steps[0], 0.0, info.unit, True),
        ("x", info.shape[1], info.steps[1], 0.0, info.unit, True),
        ("ky", detector.shape[0], pixel, offsets[0], unit, False),
        ("kx", detector.shape[1], pixel, offsets[1], unit, False),
    ]
    keys = ("name", "size", "scale", "offset", "units", "navigate")
    return [
        {**dict(zip(keys, row, strict=True)), "_type": "UniformDataAxis", "is_binned": False} for row in rows
    ]


def hyperspy_metadata(info: ScanInfo) -> dict[str, Any]:
    """Return the metadata tree of a HyperSpy signal."""
    tem = {
        theirs: getattr(info, ours) for ours, theirs in _TEM_KEYS.items() if getattr(info, ours) is not None
    }
    return {
        "General": {"title": info.title},
        "Signal": {"signal_type": "electron_diffraction", **_noise(info)},
        "Acquisition_instrument": {"TEM": tem},
    }


def _noise(info: ScanInfo) -> dict[str, Any]:
    """Return HyperSpy's noise model for a variance of gain times mean."""
    if info.gain is None:
        return {}
    model = {"gain_factor": info.gain, "gain_offset": 0.0, "correlation_factor": 1.0}
    return {"Noise_properties": {"Variance_linear_model": model}}


def _gain(experiment: h5py.Group) -> float | None:
    found = item(experiment, f"metadata/{_NOISE_MODEL}")
    return None if found is None else number_attribute(found, "gain_factor")


def read_info(experiment: h5py.Group) -> ScanInfo:
    """Read the axes and metadata of ``/Experiments/<title>``, whose ``data`` has four dimensions.

    Raises
    ------
    KerasStemError
        If a step or pixel size is zero, negative or not finite, the pixels are not square, or a calibration
        value is not a number.
    """
    stored = [_stored_axis(experiment, number) for number in range(4)]
    _require_patterns(stored, experiment.file.filename)
    axes = [_axis(experiment, number, axis) for number, axis in enumerate(stored)]
    shape = experiment["data"].shape
    tem = item(experiment, "metadata/Acquisition_instrument/TEM")
    known = {} if tem is None else {ours: _setting(tem, theirs) for ours, theirs in _TEM_KEYS.items()}
    title = experiment.name.rsplit("/", 1)[-1]
    steps, unit = common_steps(axes[:2])
    return ScanInfo(
        title=title,
        shape=shape[:2],
        detector=Detector(shape[2:], _pixel_size(axes[2:], title)),
        steps=steps,
        unit=unit,
        gain=_gain(experiment),
        **known,
    )


def common_steps(axes: Sequence[tuple[float, str]]) -> tuple[tuple[float, float], str]:
    """Return the steps along y and x in a common unit, and this unit.

    Parameters
    ----------
    axes
        Scale and unit along y and along x. If only one of the units is a length, both steps are unknown,
        that is 1 px.
    """
    (along_y, unit_y), (along_x, unit_x) = axes
    if unit_y == unit_x:
        return (along_y, along_x), unit_x
    if is_length(unit_y) and is_length(unit_x):
        return (convert_length(along_y, unit_y, unit_x), along_x), unit_x
    return (1.0, 1.0), PIXELS


def require_positive(value: float, what: str, where: str, option: str) -> None:
    """Raise `KerasStemError` unless a calibration value is a finite number above 0."""
    if not (np.isfinite(value) and value > 0):
        raise KerasStemError(
            f"Expected {what} above 0 in {where}, found {value:g}; convert with {option} to set it."
        )


def require_square(pixels: Sequence[float], where: str) -> None:
    """Raise `KerasStemError` unless both sides of a detector pixel are equal."""
    height, width = pixels
    if abs(height - width) > SQUARE * max(height, width):
        raise KerasStemError(
            f"Expected square detector pixels in {where}, found {height:.5g} x {width:.5g} 1/Å (ky x kx); "
            "convert with --square-pixels to resample them, or with --pixel-size if they are square."
        )


def _pixel_size(axes: Sequence[tuple[float, str]], where: str) -> float:
    """Return the pixel size (1/Å); NaN if the file has no reciprocal calibration."""
    sides = [inverse_angstrom(scale, unit) for scale, unit in axes]
    if np.isnan(sides).any():
        return float("nan")
    for name, side in zip(("ky", "kx"), sides, strict=True):
        require_positive(side, f"a pixel size along {name}", where, "--pixel-size")
    require_square(sides, where)
    return sides[1]


def _stored_axis(experiment: h5py.Group, number: int) -> dict[str, Any]:
    """Return the attributes of an axis that the file contains."""
    if item(experiment, f"axis-{number}") is None:
        return {}
    found = require_group(experiment, f"axis-{number}")
    known = {name: attribute(found, name) for name in ("name", "units", "navigate", "expression")}
    known["scale"] = number_attribute(found, "scale", finite=False)
    values = item(found, "axis")
    if isinstance(values, h5py.Dataset):
        require_stored(values)
        known["axis"] = values[()]
    return {name: value for name, value in known.items() if value is not None}


def _require_patterns(axes: Sequence[SignalAxis], where: str) -> None:
    """Raise `KerasStemError` if the axes are those of spectra, or detector axes precede scan axes."""
    spectrum = spectrum_axis(axes, trust_navigate=True)
    if spectrum:
        raise KerasStemError(f"Expected patterns in {where}, found spectra ({spectrum}).")
    order = scan_first(axes, trust_navigate=True)
    if order != sorted(order):
        names = ", ".join(axis_name(axis, number, 4) for number, axis in enumerate(axes))
        raise KerasStemError(
            f"Expected the axes of the scan before those of the detector in {where}, found {names}; "
            "kstem convert puts them in order."
        )


def _axis(experiment: h5py.Group, number: int, known: SignalAxis) -> tuple[float, str]:
    """Return scale and unit of an axis; 1 px if the file does not contain them."""
    unit = plain_unit(known.get("units"))
    if unit != PIXELS and not {"scale", "axis", "expression"} & set(known):
        found = item(experiment, f"axis-{number}")
        raise KerasStemError(f"Expected the attribute scale, in {unit}, of {place(found)}, found none.")
    return axis_step(known, axis_name(known, number, 4), experiment.file.filename), unit


def _setting(tem: h5py.Group, name: str) -> float | None:
    """Return a microscope setting; None if it is unknown."""
    value = number_attribute(tem, name)
    if value is not None and value < 0:
        raise KerasStemError(f"Expected a number from 0 on as {name} of {place(tem)}, found {value:g}.")
    return value
