"""Settings of the conversion of a vendor's file to a scan file, and the resulting metadata."""

from dataclasses import dataclass, field

import numpy as np
from diffsims.utils.sim_utils import get_electron_wavelength

from keras_stem.errors import KerasStemError
from keras_stem.instrument.beam import UNKNOWN_BEAM, Beam
from keras_stem.instrument.detector import Detector
from keras_stem.scan.metadata import ScanInfo, common_steps, require_positive, require_square
from keras_stem.scan.squaring import Squaring
from keras_stem.scan.values import PatternValues
from keras_stem.scan.vendor import VendorPatterns
from keras_stem.units import PIXELS, convert_length, inverse_angstrom, is_length, length_unit

Crop = tuple[int | None, int | None, int | None, int | None]
"""First and last row, first and last column (the last ones exclusive); None stands for the edge."""

WHOLE: Crop = (None, None, None, None)


@dataclass(frozen=True)
class Calibration:
    """Calibration that overrides that of the vendor's file; None keeps the value of the file.

    Parameters
    ----------
    pixel_size
        Size of a recorded pixel in reciprocal space (1/Å).
    steps, unit
        Distances between neighbouring rows and columns as recorded, and their unit.
    gain
        Value of one electron.
    beam
        Beam, as far as it is given.
    camera_length
        Camera length (mm).
    """

    pixel_size: float | None = None
    steps: tuple[float, float] | None = None
    unit: str | None = None
    gain: float | None = None
    beam: Beam = UNKNOWN_BEAM
    camera_length: float | None = None


@dataclass(frozen=True)
class Conversion:
    """Processing steps of the patterns during a conversion, in the order of their application.

    Parameters
    ----------
    scan_shape
        Rows and columns of the scan, for files that contain a stack of patterns.
    scan_crop, crop
        Cropped region of the scan and of the detector.
    repair
        Whether to repair hot and dead pixels.
    square_pixels
        Whether to resample non-square detector pixels to squares of their longer side.
    centre
        Whether to shift the direct beam to the centre of the detector.
    scan_binning, binning
        Binning factors of the scan positions and of the detector pixels along each side.
    calibration
        Calibration that overrides that of the file.
    """

    scan_shape: tuple[int, int] | None = None
    scan_crop: Crop = WHOLE
    crop: Crop = WHOLE
    repair: bool = False
    square_pixels: bool = False
    centre: bool = False
    scan_binning: int = 1
    binning: int = 1
    calibration: Calibration = field(default_factory=Calibration)


def converted_info(
    vendor: VendorPatterns, shape: tuple[int, ...], conversion: Conversion, values: PatternValues, name: str
) -> tuple[ScanInfo, Squaring | None]:
    """Return the metadata of the scan file, and the resampling to square pixels if it is necessary.

    Parameters
    ----------
    vendor
        Patterns and metadata of the vendor's file.
    shape
        Shape of the converted patterns, (y, x, ky, kx), before binning.
    conversion
        Settings of the conversion, whose calibration takes precedence over that of the file.
    values
        Statistics of the pattern values.
    name
        Name of the vendor's file.

    Raises
    ------
    KerasStemError
        If a step or pixel size is not above 0, a unit is not a length or the step to convert to it is
        unknown, or the pixels are not square.
    """
    known = conversion.calibration
    beam = known.beam.completed(vendor.beam)
    camera_length = vendor.camera_length if known.camera_length is None else known.camera_length
    factor = conversion.scan_binning
    steps, unit = _steps(vendor, shape, conversion, name)
    detector, squaring = _detector(vendor, shape[2:], conversion, (beam.energy, camera_length), name)
    info = ScanInfo(
        title=vendor.title,
        shape=(shape[0] // factor, shape[1] // factor),
        detector=detector.binned(conversion.binning),
        steps=(steps[0] * factor, steps[1] * factor),
        unit=unit,
        gain=_gain(vendor, conversion, values, _makes_fractions(vendor, conversion, values, squaring)),
        origin={"file": name, "reader": vendor.reader, "original_metadata": vendor.original},
        beam=beam,
        camera_length=camera_length,
    )
    return info, squaring


def _steps(
    vendor: VendorPatterns, shape: tuple[int, ...], conversion: Conversion, name: str
) -> tuple[tuple[float, float], str]:
    """Return the recorded steps along y and x, and their unit."""
    known = conversion.calibration
    unit = None if known.unit is None else length_unit(known.unit)
    if known.steps is not None:
        return known.steps, unit or "nm"
    steps, own = common_steps(vendor.steps)
    if vendor.stacked and min(shape[:2]) > 1:
        steps, own = (1.0, 1.0), PIXELS  # the step of a stack is not that of the reshaped scan
    if unit is None:
        return steps, own
    if not is_length(own):
        raise KerasStemError(
            f"Expected a step to convert to {unit} in {name}, which has none in a unit of length; "
            "give it with --step."
        )
    return (convert_length(steps[0], own, unit), convert_length(steps[1], own, unit)), unit


def _detector(
    vendor: VendorPatterns,
    shape: tuple[int, int],
    conversion: Conversion,
    optics: tuple[float | None, float | None],
    name: str,
) -> tuple[Detector, Squaring | None]:
    """Return the recorded detector, and the resampling to square pixels if it is requested.

    The optics are the beam energy (kV) and the camera length (mm), for pixel sizes in mm.
    """
    pixel = conversion.calibration.pixel_size
    if pixel is not None:
        require_positive(pixel, "a pixel size", name, "--pixel-size")
        return Detector(shape, pixel), None
    energy, camera_length = optics
    wavelength = get_electron_wavelength(energy) if energy else None
    sides = tuple(inverse_angstrom(scale, unit, wavelength, camera_length) for scale, unit in vendor.pixels)
    if np.isnan(sides).any():
        return Detector(shape, float("nan")), None
    for axis, side in zip(("ky", "kx"), sides, strict=True):
        require_positive(side, f"a pixel size along {axis}", name, "--pixel-size")
    if not conversion.square_pixels:
        require_square(sides, name)
        return Detector(shape, sides[1]), None
    squaring = Squaring(shape, sides)
    return squaring.detector, squaring


def _makes_fractions(
    vendor: VendorPatterns, conversion: Conversion, values: PatternValues, squaring: Squaring | None
) -> bool:
    """Return whether the conversion makes whole values fractional.

    All steps except the resampling to square pixels round integer data.
    """
    steps = conversion.centre or conversion.repair or bool(values.masked.any())
    return squaring is not None or (vendor.data.dtype.kind == "f" and steps)


def _gain(
    vendor: VendorPatterns, conversion: Conversion, values: PatternValues, makes_fractions: bool
) -> float | None:
    """Return the given gain, that of the file, or that estimated from the noise of fractional values."""
    known = conversion.calibration.gain
    known = vendor.gain if known is None else known
    if known is None and values.whole and makes_fractions:
        return 1.0  # the resulting fractions are fractions of counts
    if known is not None or values.whole or np.isnan(values.gain):
        return known
    return values.gain
