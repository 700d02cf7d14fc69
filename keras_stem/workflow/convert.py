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
from keras_stem.scan.hdf5 import is_labelled
from keras_stem.scan.labels import part_of
from keras_stem.scan.map_files import read_map
from keras_stem.scan.metadata import ScanInfo, beam_radius
from keras_stem.scan.readers import reason
from keras_stem.scan.scan import ScanWriter, create_scan
from keras_stem.scan.vendor import VendorPatterns, inverse_angstrom, read_vendor_file

BLOCK_BYTES = 64 << 20
"""About so much of the file is read at once; the next such block is read while one is written."""

SAMPLE_PATTERNS = 256
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
    step, unit
        Distance of neighbouring positions as recorded.
    beam_energy, camera_length, convergence_angle, precession_angle
        kV, mm, mrad (half angle), deg.
    """

    pixel_size: float | None = None
    step: float | None = None
    unit: str | None = None
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
    centre: bool = False
    scan_binning: int = 1
    binning: int = 1
    calibration: Calibration = field(default_factory=Calibration)


def convert(
    source: str | Path,
    path: str | Path,
    conversion: Conversion,
    progress: Callable[[int, int], None] = lambda done, total: None,
    tell: Callable[[str], None] = lambda line: None,
) -> ScanInfo:
    """Write a scan file from a vendor's.

    Parameters
    ----------
    source
        What RosettaSciIO reads, or a scan file, whose labels are kept.
    path
        The scan file; one that is there is replaced when the new one is complete.
    conversion
        What happens on the way.
    progress
        Called with the number of positions written so far, and of all.
    tell
        Called with each line that the user should read, such as that the source is truncated.

    Returns
    -------
    ScanInfo
        Of the scan file.

    Raises
    ------
    KerasStemError
        If the source cannot be read, holds NaN, or the settings do not fit it.
    """
    vendor = read_vendor_file(source, stack=conversion.scan_shape is not None)
    for line in vendor.notes:
        tell(line)
    data = _cropped(_four_dimensional(vendor.data, conversion.scan_shape, source), conversion)
    info = _info(vendor, data.shape, conversion, Path(source).name)
    changes = _Changes(data, info, conversion)
    factor = conversion.scan_binning
    with create_scan(path, info, changes.dtype) as writer:
        for first, block in _blocks(data, factor, source):
            writer.write_rows(first // factor, changes.apply(block))
            progress(min(first + len(block), info.shape[0] * factor) // factor * info.shape[1], info.size)
        _keep_labels(Path(source), writer, conversion, tell)
    return info


def _keep_labels(
    source: Path, writer: ScanWriter, conversion: Conversion, tell: Callable[[str], None]
) -> None:
    """Write the labels of the positions that are kept, if the source is a scan file with labels."""
    if not is_labelled(source):
        return
    if conversion.scan_binning > 1 or conversion.scan_shape:
        tell(f"The labels of {source} are left out, since positions are summed or arranged anew.")
        return
    top, bottom, left, right = conversion.scan_crop
    labels, origin = read_map(source)
    writer.write_labels(part_of(labels, slice(top, bottom), slice(left, right)), origin)


class _Changes:
    """What is done to each block of patterns."""

    def __init__(self, data: da.Array, info: ScanInfo, conversion: Conversion):
        self._conversion = conversion
        self._bad = _find_bad(data) if conversion.repair else None
        self._beam_radius = _beam_radius(info, conversion.binning)
        self.dtype = _summed_dtype(data.dtype, (conversion.binning * conversion.scan_binning) ** 2)

    def apply(self, block: np.ndarray) -> np.ndarray:
        """Return a block (rows, columns, H, W) changed; its rows are a multiple of the scan binning."""
        patterns = block.reshape(-1, *block.shape[2:])
        if self._bad is not None:
            patterns = repair(patterns, self._bad)
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


def _info(vendor: VendorPatterns, shape: tuple[int, ...], conversion: Conversion, name: str) -> ScanInfo:
    known = conversion.calibration
    microscope = {
        key: getattr(known, key) if getattr(known, key) is not None else vendor.microscope.get(key)
        for key in ("beam_energy", "camera_length", "convergence_angle", "precession_angle")
    }
    energy = microscope["beam_energy"]
    wavelength = get_electron_wavelength(energy) if energy else None
    pixel = known.pixel_size or inverse_angstrom(
        vendor.pixel, vendor.pixel_unit, wavelength, microscope["camera_length"]
    )
    factor = conversion.scan_binning
    return ScanInfo(
        title=vendor.title,
        shape=(shape[0] // factor, shape[1] // factor),
        detector=Detector(shape[2:], pixel).binned(conversion.binning),
        step=(known.step or vendor.step) * factor,
        unit=known.unit or ("nm" if known.step else vendor.unit),
        origin={"file": name, "reader": vendor.reader, "original_metadata": vendor.original},
        **microscope,
    )


def _blocks(data: da.Array, factor: int, source: str | Path) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the first row and the patterns of blocks of rows, along the chunks of the file where they fit."""
    row_bytes = int(np.prod(data.shape[1:])) * data.dtype.itemsize
    most = max(1, BLOCK_BYTES // row_bytes)
    chunk = data.chunks[0][0]
    rows = max(factor, min(most, max(chunk, most // chunk * chunk)) // factor * factor)
    starts = range(0, data.shape[0], rows)
    parts = [data[first : first + rows] for first in starts]
    for first, block in zip(starts, _read_ahead(parts, source), strict=True):
        if np.issubdtype(block.dtype, np.floating) and np.isnan(block).any():
            row, column = np.argwhere(np.isnan(block).any(axis=(2, 3)))[0]
            raise KerasStemError(
                f"The pattern at row {first + row}, column {column} of {source} holds NaN; crop it away."
            )
        yield first, block


def _read_ahead(parts: list[da.Array], source: str | Path) -> Iterator[np.ndarray]:
    """Yield the parts, each read while the one before is written."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(parts[0].compute)
        for following in [*parts[1:], None]:
            try:
                block = coming.result()
            except Exception as error:  # decoding raises whatever it meets
                raise KerasStemError(f"Cannot read the patterns of {source}: {reason(error)}.") from error
            if following is not None:
                coming = reader.submit(following.compute)
            yield block


def _find_bad(data: da.Array) -> np.ndarray:
    rows, columns = data.shape[:2]
    sample = np.unique(np.linspace(0, rows * columns - 1, SAMPLE_PATTERNS).astype(int))
    chosen = data.reshape(rows * columns, *data.shape[2:])[sample]
    return bad_pixels(chosen.compute())


def _beam_radius(info: ScanInfo, binning: int) -> float:
    """Return the radius of the direct beam in pixels as recorded."""
    if info.convergence_angle and info.beam_energy and info.detector.pixel_size > 0:
        return beam_radius(info) / info.detector.pixel_size * binning
    return max(BEAM_RADIUS_SHARE * min(info.detector.shape) * binning, 1.0)


def _summed_dtype(dtype: np.dtype, pixels: int) -> np.dtype:
    """Return the smallest unsigned type that holds the sum of so many counts; floats stay as they are."""
    if pixels == 1 or not np.issubdtype(dtype, np.integer):
        return dtype
    return np.min_scalar_type(min(int(np.iinfo(dtype).max) * pixels, np.iinfo(np.uint64).max))


def _bin_scan(rows: np.ndarray, factor: int) -> np.ndarray:
    if factor == 1:
        return rows
    height, width, *pattern = rows.shape
    blocks = rows.reshape(height // factor, factor, width // factor, factor, *pattern)
    kind = np.uint64 if np.issubdtype(rows.dtype, np.integer) else rows.dtype
    return blocks.sum(axis=(1, 3), dtype=kind)
