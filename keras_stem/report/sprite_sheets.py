"""Thumbnails of the patterns of a scan, tiled on sheets for embedding in a page."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from keras_stem.report.images import png_uri
from keras_stem.scan.binning import bin_patterns
from keras_stem.scan.scan import Scan

LARGEST_SIDE = 128
SMALLEST_SIDE = 40
"""Largest and smallest side of a shown pattern (pixels), as far as the detector shape is divisible."""

_COLUMNS = 24
_ON_SHEET = _COLUMNS * _COLUMNS
_SAMPLE = 48

_BRIGHT = 99.7
"""Percentile of the pixel values from which a pixel is white: the direct beam and the brightest spots."""

_LEVELS = 64
"""Number of grey levels. More are visually indistinguishable, and their noise needs a third more space."""


@dataclass(frozen=True)
class SpriteSheets:
    """Thumbnails of patterns, tiled on sheets.

    Parameters
    ----------
    sheets
        Data URIs of images that contain the patterns row by row.
    size
        Height and width of a shown pattern (pixels).
    columns, on_sheet
        Number of patterns in a row of a sheet, and on a full sheet.
    grid
        Number of rows and columns of the shown positions.
    every
        Sampling interval of the shown positions along both directions, starting at the first.
    binning
        Binning factor of the detector pixels along both directions.
    """

    sheets: list[str]
    size: tuple[int, int]
    columns: int
    on_sheet: int
    grid: tuple[int, int]
    every: int
    binning: int


def sprite_sheets(
    scan: Scan,
    largest: int,
    every: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> SpriteSheets:
    """Return thumbnails of the patterns of a scan: square roots of the counts, scaled for each pattern.

    Patterns are binned and positions are subsampled until the sheets are small enough.

    Parameters
    ----------
    scan
        The open scan.
    largest
        Largest total size of all sheets (characters).
    every
        Smallest sampling interval of the positions along both directions.
    progress
        Callback that receives the number of patterns read so far and the total.

    Raises
    ------
    KerasStemError
        If the patterns cannot be read.
    """
    every, binning = _plan(scan, every, largest)
    positions, grid = every_nth(scan.info.shape, every)
    sheets = []
    for start in range(0, len(positions), _ON_SHEET):
        chosen = positions[start : start + _ON_SHEET]
        sheets.append(_sheet(shown_patterns(scan.read(chosen), binning)))
        progress(start + len(chosen), len(positions))
    height, width = scan.info.detector.shape
    size = (height // binning, width // binning)
    return SpriteSheets(sheets, size, _COLUMNS, _ON_SHEET, grid, every, binning)


def every_nth(shape: tuple[int, int], every: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the indices of every n-th point along both directions, and the shape of their grid."""
    numbers = np.arange(shape[0] * shape[1]).reshape(shape)[::every, ::every]
    return numbers.ravel(), numbers.shape


def shown_patterns(patterns: np.ndarray, binning: int) -> np.ndarray:
    """Return the binned patterns (n, H, W) as grey levels, uint8."""
    height, width = (side // binning * binning for side in patterns.shape[1:])
    binned = bin_patterns(patterns[:, :height, :width], binning).astype(np.float32)
    roots = np.sqrt(np.maximum(np.nan_to_num(binned), 0))
    white = np.percentile(roots, _BRIGHT, axis=(1, 2), keepdims=True)
    white = np.where(white > 0, white, np.maximum(roots.max(axis=(1, 2), keepdims=True), 1))
    levels = np.rint(np.minimum(roots / white, 1) * (_LEVELS - 1))
    return np.rint(levels * (255 / (_LEVELS - 1))).astype(np.uint8)


def _plan(scan: Scan, every: int, largest: int) -> tuple[int, int]:
    """Return the sampling interval and the binning factor, estimated from the size of a sample."""
    sample = np.unique(np.linspace(0, len(scan) - 1, _SAMPLE).astype(int))
    patterns = scan.read(sample)
    binnings = _binnings(scan.info.detector.shape)
    needed = {n: len(_sheet(shown_patterns(patterns, n))) / len(sample) for n in binnings}
    for thinned, binning in _plans(every, binnings):
        count = len(every_nth(scan.info.shape, thinned)[0])
        if count * needed[binning] <= largest or count == 1:
            return thinned, binning
    raise AssertionError("unreachable: a single position is always shown")


def _plans(every: int, binnings: list[int]) -> Iterator[tuple[int, int]]:
    return ((thinned, binning) for thinned in itertools.count(every, every) for binning in binnings)


def _binnings(shape: tuple[int, int]) -> list[int]:
    """Return the binning factors that give patterns of a suitable size, in ascending order."""

    def fitting() -> Iterator[int]:
        for factor in range(1, max(shape) // SMALLEST_SIDE + 1):
            divides = not any(side % factor for side in shape)
            if divides and max(shape) // factor <= LARGEST_SIDE:
                yield factor

    return list(fitting()) or [-(-max(shape) // LARGEST_SIDE)]


def _sheet(patterns: np.ndarray) -> str:
    """Return the data URI of patterns (n, H, W) tiled in rows of 24; the last row is padded with black."""
    count, height, width = patterns.shape
    rows = -(-count // _COLUMNS)
    tiles = np.zeros((rows * _COLUMNS, height, width), patterns.dtype)
    tiles[:count] = patterns
    tiles = tiles.reshape(rows, _COLUMNS, height, width).transpose(0, 2, 1, 3)
    return png_uri(tiles.reshape(rows * height, -1), noisy=True)
