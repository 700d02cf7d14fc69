"""A vendor's file made a scan file, block by block."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import dask.array as da
import numpy as np
from diffsims.utils.sim_utils import get_electron_wavelength

from keras_stem.errors import KerasStemError
from keras_stem.scan.cleaning import bad_pixels, centred, repair
from keras_stem.scan.detector import Detector, bin_patterns
from keras_stem.scan.metadata import ScanInfo, beam_radius, common_steps, require_positive, require_square
from keras_stem.scan.scan import create_scan
from keras_stem.scan.squaring import Squaring
from keras_stem.scan.values import (
    SAMPLE_PATTERNS,
    PatternValues,
    examine,
    fill_masked,
    gain_notes,
    reading_type,
    require_finite,
    summed_type,
)
from keras_stem.scan.vendor import VendorPatterns, read_vendor_file
from keras_stem.units import PIXELS, inverse_angstrom, length_unit

BLOCK_BYTES = 64 << 20
"""About so much of the file is read at once; the next such block is read while one is written."""

BAD_PIXEL_PATTERNS = 256
"""So many patterns from all over the scan show the bad pixels."""

BEAM_RADIUS_SHARE = 0.025
"""Radius of the direct beam, in sides of the detector, where the convergence angle is unknown."""

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
class Converted:
    """What became of a source.

    Parameters
    ----------
    info
        Of the scan file.
    notes
        What a person has to know of the patterns' values, in sentences.
    """

    info: ScanInfo
    notes: tuple[str, ...]


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


def convert(
    source: str | Path,
    path: str | Path,
    conversion: Conversion,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Converted:
    """Write a scan file from a vendor's.

    Parameters
    ----------
    source
        What RosettaSciIO reads.
    path
        The scan file; one that is there is replaced when the new one is complete.
    conversion
        What happens on the way.
    progress
        Called with the number of positions written so far, and of all.

    Returns
    -------
    Converted

    Raises
    ------
    KerasStemError
        If the source cannot be read, holds values that are not finite, or the settings do not fit it.
    """
    vendor = read_vendor_file(source)
    data = _cropped(_four_dimensional(vendor.data, conversion.scan_shape, source), conversion)
    values = examine(_sample(data, SAMPLE_PATTERNS, source))
    info, squaring = _info(vendor, data.shape, conversion, values, Path(source).name)
    changes = _Changes(data, info, conversion, values, squaring, source)
    factor = conversion.scan_binning
    with create_scan(path, info, changes.dtype) as writer:
        for first, block in _blocks(data, factor, source):
            writer.write_rows(first // factor, changes.apply(block))
            progress(min(first + len(block), info.shape[0] * factor) // factor * info.shape[1], info.size)
    told = vendor.gain if conversion.calibration.gain is None else conversion.calibration.gain
    return Converted(info, (*values.notes(), *gain_notes(values, told)))


class _Changes:
    """What is done to each block of patterns."""

    def __init__(
        self,
        data: da.Array,
        info: ScanInfo,
        conversion: Conversion,
        values: PatternValues,
        squaring: Squaring | None,
        source: str | Path,
    ):
        self._conversion = conversion
        self._masked, self._squaring = values.masked, squaring
        self._bad = _find_bad(data, values.masked, source) if conversion.repair else None
        self._beam_radius = _beam_radius(info, conversion.binning)
        kind = reading_type(data.dtype) if squaring is None else np.dtype(np.float32)
        self.dtype = summed_type(kind, (conversion.binning * conversion.scan_binning) ** 2)

    def apply(self, block: np.ndarray) -> np.ndarray:
        """Return a block (rows, columns, H, W) changed; its rows are a multiple of the scan binning."""
        patterns = fill_masked(block.reshape(-1, *block.shape[2:]), self._masked)
        if self._bad is not None:
            patterns = repair(patterns, self._bad)
        if self._squaring is not None:
            patterns = self._squaring.apply(patterns)
        if self._conversion.centre:
            patterns = centred(patterns, self._beam_radius)
        patterns = bin_patterns(patterns, self._conversion.binning)
        rows = patterns.reshape(*block.shape[:2], *patterns.shape[1:])
        return _bin_scan(rows, self._conversion.scan_binning).astype(self.dtype, copy=False)


def _four_dimensional(data: da.Array, shape: tuple[int, int] | None, source: str | Path) -> da.Array:
    positions = int(np.prod(data.shape[:-2]))
    if shape is None:
        if data.ndim == 4:
            return data
        raise KerasStemError(
            f"{source} holds a stack of {positions} patterns; give rows and columns with --scan-shape."
        )
    if shape[0] * shape[1] != positions:
        raise KerasStemError(
            f"Expected {shape[0]} x {shape[1]} = {shape[0] * shape[1]} patterns in {source}, "
            f"found {positions}."
        )
    return data.reshape(*shape, *data.shape[-2:])


def _cropped(data: da.Array, conversion: Conversion) -> da.Array:
    (top, bottom, left, right), (low, high, first, last) = conversion.scan_crop, conversion.crop
    cropped = data[top:bottom, left:right, low:high, first:last]
    rows, columns = (size // conversion.scan_binning for size in cropped.shape[:2])
    if not (rows and columns and cropped.size):
        raise KerasStemError(f"Nothing is left of the shape {data.shape} after cropping and binning.")
    return cropped[: rows * conversion.scan_binning, : columns * conversion.scan_binning]


def _info(
    vendor: VendorPatterns, shape: tuple[int, ...], conversion: Conversion, values: PatternValues, name: str
) -> tuple[ScanInfo, Squaring | None]:
    known = conversion.calibration
    microscope = {
        key: getattr(known, key) if getattr(known, key) is not None else vendor.microscope.get(key)
        for key in ("beam_energy", "camera_length", "convergence_angle", "precession_angle")
    }
    factor = conversion.scan_binning
    steps, unit = _steps(vendor, shape, conversion)
    detector, squaring = _detector(vendor, shape[2:], conversion, microscope, name)
    info = ScanInfo(
        title=vendor.title,
        shape=(shape[0] // factor, shape[1] // factor),
        detector=detector.binned(conversion.binning),
        steps=(steps[0] * factor, steps[1] * factor),
        unit=unit,
        gain=_gain(vendor, conversion, values),
        origin={"file": name, "reader": vendor.reader, "original_metadata": vendor.original},
        **microscope,
    )
    return info, squaring


def _steps(
    vendor: VendorPatterns, shape: tuple[int, ...], conversion: Conversion
) -> tuple[tuple[float, float], str]:
    """Return the steps along y and x, as recorded, and their unit."""
    known = conversion.calibration
    unit = None if known.unit is None else length_unit(known.unit)
    if known.steps is not None:
        return known.steps, unit or "nm"
    steps, own = common_steps(vendor.steps)
    if vendor.stacked and min(shape[:2]) > 1:
        steps, own = (1.0, 1.0), PIXELS  # the step of a stack is not that of the rows into which it is cut
    return steps, unit or own


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


def _gain(vendor: VendorPatterns, conversion: Conversion, values: PatternValues) -> float | None:
    """Return the gain that is given, that of the file, or that of the noise of values that are no counts."""
    known = conversion.calibration.gain
    known = vendor.gain if known is None else known
    if known is not None or values.whole or np.isnan(values.gain):
        return known
    return values.gain


def _blocks(data: da.Array, factor: int, source: str | Path) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the first row and the patterns of blocks of rows, along the chunks of the file where they fit."""
    row_bytes = int(np.prod(data.shape[1:])) * data.dtype.itemsize
    most = max(1, BLOCK_BYTES // row_bytes)
    chunk = data.chunks[0][0]
    rows = max(factor, min(most, max(chunk, most // chunk * chunk)) // factor * factor)
    starts = range(0, data.shape[0], rows)
    parts = [data[first : first + rows] for first in starts]
    for first, block in zip(starts, _read_ahead(parts, source), strict=True):
        columns = block.shape[1]
        block = block.astype(reading_type(block.dtype), copy=False)
        require_finite(
            block.reshape(-1, *block.shape[2:]),
            lambda number, first=first, columns=columns: (
                f"the pattern at row {first + number // columns}, column {number % columns} of {source}; "
                "crop it away"
            ),
        )
        yield first, block


def _read_ahead(parts: list[da.Array], source: str | Path) -> Iterator[np.ndarray]:
    """Yield the parts, each read while the one before is written."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(parts[0].compute)
        for following in [*parts[1:], None]:
            try:
                block = coming.result()
            except (OSError, ValueError) as error:
                raise KerasStemError(f"Cannot read the patterns of {source}: {error}.") from error
            if following is not None:
                coming = reader.submit(following.compute)
            yield block


def _sample(data: da.Array, count: int, source: str | Path) -> np.ndarray:
    """Return patterns of so many positions all over the scan."""
    rows, columns = data.shape[:2]
    chosen = np.unique(np.linspace(0, rows * columns - 1, count).astype(int))
    parts = data.reshape(rows * columns, *data.shape[2:])[chosen]
    [sample] = _read_ahead([parts], source)
    sample = sample.astype(reading_type(sample.dtype), copy=False)
    require_finite(
        sample,
        lambda number: (
            f"the pattern at row {chosen[number] // columns}, column {chosen[number] % columns} of {source}; "
            "crop it away"
        ),
    )
    return sample


def _find_bad(data: da.Array, masked: np.ndarray, source: str | Path) -> np.ndarray:
    return bad_pixels(fill_masked(_sample(data, BAD_PIXEL_PATTERNS, source), masked))


def _beam_radius(info: ScanInfo, binning: int) -> float:
    """Return the radius of the direct beam in pixels as recorded."""
    if info.convergence_angle and info.beam_energy and info.detector.pixel_size > 0:
        return beam_radius(info) / info.detector.pixel_size * binning
    return max(BEAM_RADIUS_SHARE * min(info.detector.shape) * binning, 1.0)


def _bin_scan(rows: np.ndarray, factor: int) -> np.ndarray:
    if factor == 1:
        return rows
    height, width, *pattern = rows.shape
    blocks = rows.reshape(height // factor, factor, width // factor, factor, *pattern)
    return blocks.sum(axis=(1, 3), dtype=summed_type(rows.dtype, factor**2))
