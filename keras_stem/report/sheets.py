"""The patterns of a scan as small pictures, many on a sheet, so that a page can hold them."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from keras_stem.report.images import png_uri
from keras_stem.scan.detector import bin_patterns
from keras_stem.scan.scan import Scan

LARGEST_SIDE = 128
SMALLEST_SIDE = 40
"""Pixels of a shown pattern, as far as the shape of the detector can be divided."""

_COLUMNS = 24
_ON_SHEET = _COLUMNS * _COLUMNS
_SAMPLE = 48

_BRIGHT = 99.7
"""Percentile of the pixels of a pattern that is shown white: the direct beam and the brightest spots."""

_LEVELS = 64
"""Grey levels. More are not told apart by eye, and noise in them needs a third more room."""


@dataclass(frozen=True)
class PatternSheets:
    """Patterns as pictures.

    Parameters
    ----------
    sheets
        URIs of images that hold the patterns row by row.
    size
        Rows and columns of a shown pattern, pixels.
    columns, on_sheet
        Patterns in a row of a sheet, and on a full sheet.
    grid
        Rows and columns of positions that are shown.
    every
        Each so many-th position along both directions is shown, from the first.
    binning
        So many pixels of the detector along both directions are one.
    """

    sheets: list[str]
    size: tuple[int, int]
    columns: int
    on_sheet: int
    grid: tuple[int, int]
    every: int
    binning: int


def pattern_sheets(
    scan: Scan,
    largest: int,
    every: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PatternSheets:
    """Return the patterns of a scan as small pictures: square roots of the counts, each from black to white.

    Patterns are binned, and positions left out, until the sheets are small enough.

    Parameters
    ----------
    scan
        The open scan.
    largest
        Characters of all sheets together.
    every
        Positions that are shown at most: each so many-th along both directions.
    progress
        Called with the numbers of patterns that were read and that are to be.

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
    return PatternSheets(sheets, size, _COLUMNS, _ON_SHEET, grid, every, binning)


def every_nth(shape: tuple[int, int], every: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the numbers of each so many-th point along both directions, and their rows and columns."""
    numbers = np.arange(shape[0] * shape[1]).reshape(shape)[::every, ::every]
    return numbers.ravel(), numbers.shape


def shown_patterns(patterns: np.ndarray, binning: int) -> np.ndarray:
    """Return the grey levels, uint8, in which patterns (n, H, W) are shown, binned."""
    height, width = (side // binning * binning for side in patterns.shape[1:])
    binned = bin_patterns(patterns[:, :height, :width], binning).astype(np.float32)
    roots = np.sqrt(np.maximum(np.nan_to_num(binned), 0))
    white = np.percentile(roots, _BRIGHT, axis=(1, 2), keepdims=True)
    white = np.where(white > 0, white, np.maximum(roots.max(axis=(1, 2), keepdims=True), 1))
    levels = np.rint(np.minimum(roots / white, 1) * (_LEVELS - 1))
    return np.rint(levels * (255 / (_LEVELS - 1))).astype(np.uint8)


def _plan(scan: Scan, every: int, largest: int) -> tuple[int, int]:
    """Return which positions are shown and how they are binned, from the size of some of them."""
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
    """Return the factors that make patterns of a good size, the smallest first."""

    def fitting() -> Iterator[int]:
        for factor in range(1, max(shape) // SMALLEST_SIDE + 1):
            divides = not any(side % factor for side in shape)
            if divides and max(shape) // factor <= LARGEST_SIDE:
                yield factor

    return list(fitting()) or [-(-max(shape) // LARGEST_SIDE)]


def _sheet(patterns: np.ndarray) -> str:
    """Return the URI of patterns (n, H, W) side by side in rows of 24; the rest of the last row is black."""
    count, height, width = patterns.shape
    rows = -(-count // _COLUMNS)
    tiles = np.zeros((rows * _COLUMNS, height, width), patterns.dtype)
    tiles[:count] = patterns
    tiles = tiles.reshape(rows, _COLUMNS, height, width).transpose(0, 2, 1, 3)
    return png_uri(tiles.reshape(rows * height, -1), noisy=True)
