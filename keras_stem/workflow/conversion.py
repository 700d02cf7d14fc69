"""How a vendor's file becomes a scan file: the settings, and what the scan file says of itself."""

from dataclasses import dataclass, field

import numpy as np
from diffsims.utils.sim_utils import get_electron_wavelength

from keras_stem.errors import KerasStemError
from keras_stem.scan.detector import Detector
from keras_stem.scan.metadata import ScanInfo, common_steps, require_positive, require_square
from keras_stem.scan.squaring import Squaring
from keras_stem.scan.values import PatternValues
from keras_stem.scan.vendor import VendorPatterns
from keras_stem.units import PIXELS, convert_length, inverse_angstrom, is_length, length_unit

Crop = tuple[int | None, int | None, int | None, int | None]
"""First and last row, first and last column (the last ones excluded); None for the edge."""

WHOLE: Crop = (None, None, None, None)


@dataclass(frozen=True)
class Calibration:
    """What the reader knows better than the file. None where the file counts.

    Parameters
    ----------
    pixel_size
        Reciprocal length of a pixel as recorded, Å⁻¹.
    steps, unit
        Distances of neighbouring rows and columns as recorded.
    gain
        Value of one electron.
    beam_energy, camera_length, convergence_angle, precession_angle
        kV, mm, mrad (half angle), deg.
    """

    pixel_size: float | None = None
    steps: tuple[float, float] | None = None
    unit: str | None = None
    gain: float | None = None
    beam_energy: float | None = None
    camera_length: float | None = None
    convergence_angle: float | None = None
    precession_angle: float | None = None


@dataclass(frozen=True)
class Conversion:
    """What happens to the patterns on their way, in this order.

    Parameters
    ----------
    scan_shape
        Rows and columns, for files that hold a mere stack.
    scan_crop, crop
        Part of the scan, and of the detector.
    repair
        Whether to mend hot and dead pixels.
    square_pixels
        Whether to resample detector pixels that are not square, to squares of their longer side.
    centre
        Whether to move the direct beam to the middle of the detector.
    scan_binning, binning
        So many positions, and pixels, along each side are summed into one.
    calibration
        In place of the file's.
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
    """Return what a scan file says of itself, and how its pixels are made square if they are not.

    Parameters
    ----------
    vendor
        What the vendor's file says.
    shape
        Of the patterns that are converted, (y, x, ky, kx).
    conversion
        The settings; its calibration counts more than the file's.
    values
        Of the patterns.
    name
        Of the vendor's file.

    Raises
    ------
    KerasStemError
        If a step or pixel is not above 0, a unit is no length or that of no known step, or the pixels are not
        square.
    """
    known = conversion.calibration
    microscope = {
        key: getattr(known, key) if getattr(known, key) is not None else vendor.microscope.get(key)
        for key in ("beam_energy", "camera_length", "convergence_angle", "precession_angle")
    }
    factor = conversion.scan_binning
    steps, unit = _steps(vendor, shape, conversion, name)
    detector, squaring = _detector(vendor, shape[2:], conversion, microscope, name)
    info = ScanInfo(
        title=vendor.title,
        shape=(shape[0] // factor, shape[1] // factor),
        detector=detector.binned(conversion.binning),
        steps=(steps[0] * factor, steps[1] * factor),
        unit=unit,
        gain=_gain(vendor, conversion, values, _makes_fractions(vendor, conversion, values, squaring)),
        origin={"file": name, "reader": vendor.reader, "original_metadata": vendor.original},
        **microscope,
    )
    return info, squaring


def _steps(
    vendor: VendorPatterns, shape: tuple[int, ...], conversion: Conversion, name: str
) -> tuple[tuple[float, float], str]:
    """Return the steps along y and x, as recorded, and their unit."""
    known = conversion.calibration
    unit = None if known.unit is None else length_unit(known.unit)
    if known.steps is not None:
        return known.steps, unit or "nm"
    steps, own = common_steps(vendor.steps)
    if vendor.stacked and min(shape[:2]) > 1:
        steps, own = (1.0, 1.0), PIXELS  # the step of a stack is not that of the rows into which it is cut
    if unit is None:
        return steps, own
    if not is_length(own):
        raise KerasStemError(
            f"Expected a step to convert to {unit} in {name}, which tells none in a unit of length; "
            "give it with --step."
        )
    return (convert_length(steps[0], own, unit), convert_length(steps[1], own, unit)), unit


def _detector(
    vendor: VendorPatterns,
    shape: tuple[int, int],
    conversion: Conversion,
    microscope: dict[str, float | None],
    name: str,
) -> tuple[Detector, Squaring | None]:
    """Return the detector as recorded, and how its pixels are made square if they are not."""
    pixel = conversion.calibration.pixel_size
    if pixel is not None:
        require_positive(pixel, "a pixel size", name, "--pixel-size")
        return Detector(shape, pixel), None
    energy = microscope["beam_energy"]
    wavelength = get_electron_wavelength(energy) if energy else None
    sides = tuple(
        inverse_angstrom(scale, unit, wavelength, microscope["camera_length"])
        for scale, unit in vendor.pixels
    )
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
    """Return whether whole values become others: integers are rounded by all steps but squaring."""
    steps = conversion.centre or conversion.repair or bool(values.masked.any())
    return squaring is not None or (vendor.data.dtype.kind == "f" and steps)


def _gain(
    vendor: VendorPatterns, conversion: Conversion, values: PatternValues, makes_fractions: bool
) -> float | None:
    """Return the gain that is given, that of the file, or that of the noise of values that are no counts."""
    known = conversion.calibration.gain
    known = vendor.gain if known is None else known
    if known is None and values.whole and makes_fractions:
        return 1.0  # the fractions to come are shares of counts
    if known is not None or values.whole or np.isnan(values.gain):
        return known
    return values.gain
