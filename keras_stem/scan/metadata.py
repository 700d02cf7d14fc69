"""Scan metadata, converted between the axes and metadata of HyperSpy and a frozen dataclass."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import UNKNOWN_BEAM, USUAL_BEAM, Beam
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.scan.experiment import Attributes, Experiment
from keras_stem.scan.signal_axes import SignalAxis, axis_name, axis_step, scan_first, spectrum_axis
from keras_stem.units import PIXELS, convert_length, inverse_angstrom, is_length, plain_unit

_NOISE_MODEL = "metadata/Signal/Noise_properties/Variance_linear_model"

SQUARE = 0.01
"""Relative tolerance of the side lengths of a square pixel."""

BEAM_KEYS = {
    "energy": "beam_energy",
    "convergence_angle": "convergence_angle",
    "precession_angle": "rocking_angle",
}
"""Names of the values of a beam in this package and in HyperSpy (pyxem calls precession rocking)."""


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
    beam
        Beam, as far as it is known.
    camera_length
        Camera length (mm); None if unknown.
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
    beam: Beam = UNKNOWN_BEAM
    camera_length: float | None = None
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

    @property
    def beam_radius(self) -> float:
        """Radius of the direct beam and of all diffraction disks (1/Å), with what is unknown as usual."""
        return self.beam.completed(USUAL_BEAM).radius

    def instrument(self, binning: int = 1) -> Instrument:
        """Return the instrument of the binned patterns, with what is unknown of the beam as usual.

        Raises
        ------
        KerasStemError
            If the scan has no reciprocal calibration, or the detector shape is not a multiple of the binning.
        """
        detector = self.detector.binned(binning)
        if not detector.pixel_size > 0:
            raise KerasStemError(f"{self.title} has no reciprocal calibration; nothing is like it.")
        return Instrument(detector, self.beam.completed(USUAL_BEAM))


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
    tem = {theirs: getattr(info.beam, ours) for ours, theirs in BEAM_KEYS.items()}
    tem = {name: v for name, v in {**tem, "camera_length": info.camera_length}.items() if v is not None}
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


def hyperspy_signal(info: ScanInfo) -> dict[str, Any]:
    """Return a signal without data in the format of the writers of RosettaSciIO."""
    return {
        "data": np.empty(0),
        "axes": hyperspy_axes(info),
        "metadata": hyperspy_metadata(info),
        "original_metadata": {"keras_stem": info.origin} if info.origin else {},
        "learning_results": {},
        "attributes": {"_lazy": False, "ragged": False},
        "models": {},
        "package_info": {"package": "keras_stem", "package_version": ""},
        "tmp_parameters": {},
    }


def _gain(experiment: Experiment) -> float | None:
    found = experiment.attributes(_NOISE_MODEL)
    return None if found is None else found.number("gain_factor")


def read_info(experiment: Experiment) -> ScanInfo:
    """Read the axes and metadata of a signal, whose data has four dimensions.

    Raises
    ------
    KerasStemError
        If a step or pixel size is zero, negative or not finite, the pixels are not square, or a calibration
        value is not a number.
    """
    stored = [_stored_axis(experiment, number) for number in range(4)]
    _require_patterns(stored, experiment.where)
    axes = [_axis(experiment, number, axis) for number, axis in enumerate(stored)]
    shape, title = experiment.shape, experiment.title
    tem = experiment.attributes("metadata/Acquisition_instrument/TEM")
    known = {ours: _setting(tem, theirs) for ours, theirs in BEAM_KEYS.items()}
    steps, unit = common_steps(axes[:2])
    return ScanInfo(
        title=title,
        shape=shape[:2],
        detector=Detector(shape[2:], _pixel_size(axes[2:], title)),
        steps=steps,
        unit=unit,
        gain=_gain(experiment),
        beam=Beam(**known),
        camera_length=_setting(tem, "camera_length"),
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


def _stored_axis(experiment: Experiment, number: int) -> dict[str, Any]:
    """Return the attributes of an axis that the file contains."""
    found = experiment.attributes(f"axis-{number}")
    if found is None:
        return {}
    known = {name: found.get(name) for name in ("name", "units", "navigate", "expression")}
    known["scale"] = found.number("scale", finite=False)
    known["axis"] = experiment.values(f"axis-{number}/axis")
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


def _axis(experiment: Experiment, number: int, known: SignalAxis) -> tuple[float, str]:
    """Return scale and unit of an axis; 1 px if the file does not contain them."""
    unit = plain_unit(known.get("units"))
    if unit != PIXELS and not {"scale", "axis", "expression"} & set(known):
        found = experiment.attributes(f"axis-{number}")
        place = f"axis-{number}" if found is None else found.place
        raise KerasStemError(f"Expected the attribute scale, in {unit}, of {place}, found none.")
    return axis_step(known, axis_name(known, number, 4), experiment.where), unit


def _setting(tem: Attributes | None, name: str) -> float | None:
    """Return a microscope setting; None if it is unknown, which 0 stands for except as a precession angle."""
    value = None if tem is None else tem.number(name)
    if tem is not None and value is not None and value < 0:
        raise KerasStemError(f"Expected a number from 0 on as {name} of {tem.place}, found {value:g}.")
    return value if name == BEAM_KEYS["precession_angle"] else value or None
