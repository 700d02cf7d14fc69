"""Changes of the patterns during a conversion: repair, square pixels, centring and binning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_stem.scan.beam_candidates import BeamCandidates, find_beam_candidates
from keras_stem.scan.binning import bin_patterns
from keras_stem.scan.centring import centred
from keras_stem.scan.cleaning import bad_pixels, repair
from keras_stem.scan.squaring import Squaring
from keras_stem.scan.values import PatternValues, fill_masked, summed, summed_type
from keras_stem.scan.writing import ScanWriter
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.source_blocks import RowBlock, SourcePatterns

BAD_PIXEL_PATTERNS = 256
"""Number of patterns, evenly spaced over the scan, from which bad pixels are determined."""


@dataclass(frozen=True)
class PatternChanges:
    """Changes of blocks of patterns, with all that has to be known of the whole scan.

    Parameters
    ----------
    masked
        Pixels that the detector marks as masked, shape (H, W), bool.
    bad
        Hot and dead pixels, shape (H, W), bool; None if they are not repaired.
    squaring
        Resampling to square pixels; None if they are square.
    binning, scan_binning
        Binning factors of the detector pixels and of the scan positions along each side.
    dtype
        Type of the converted patterns.
    """

    masked: np.ndarray
    bad: np.ndarray | None
    squaring: Squaring | None
    binning: int
    scan_binning: int
    dtype: np.dtype

    def __call__(self, block: RowBlock, patterns: np.ndarray) -> np.ndarray:
        """Return the converted patterns (rows, columns, H, W) of a block."""
        rows, columns = patterns.shape[:2]
        changed = self.mended(patterns)
        if block.shifts is not None:
            changed = centred(changed, block.shifts)
        changed = bin_patterns(changed, self.binning)
        changed = _bin_scan(changed.reshape(rows, columns, *changed.shape[1:]), self.scan_binning)
        return changed.astype(self.dtype, copy=False)

    def mended(self, patterns: np.ndarray) -> np.ndarray:
        """Return the patterns of a block, shape (n, H, W), with bad pixels repaired and square pixels."""
        filled = fill_masked(patterns.reshape(-1, *patterns.shape[2:]), self.masked)
        if self.bad is not None:
            filled = repair(filled, self.bad)
        return filled if self.squaring is None else self.squaring.apply(filled)

    def notes(self) -> list[str]:
        """Return notes for the user about repaired pixels."""
        if self.bad is None:
            return []
        count = int(self.bad.sum())
        if not count:
            return ["Repair: no pixel is hot or dead."]
        pixels = "1 hot or dead pixel has" if count == 1 else f"{count:,} hot or dead pixels have"
        return [f"Repair: {pixels} the median of the good ones around."]


@dataclass(frozen=True)
class WrittenChanges:
    """Changes of blocks of patterns, which are written where they are made.

    Parameters
    ----------
    changes
        The changes.
    writer
        Writer that can be shared by several processes.
    """

    changes: PatternChanges
    writer: ScanWriter

    def __call__(self, block: RowBlock, patterns: np.ndarray) -> None:
        """Write the converted patterns of a block."""
        self.writer.write_rows(block.first // self.changes.scan_binning, self.changes(block, patterns))


@dataclass(frozen=True)
class BeamSearch:
    """Search for the direct beams of a block, on the patterns as they are centred.

    Parameters
    ----------
    changes
        Changes of the patterns, of which those before the centring are used.
    radius
        Radius of the direct beam (pixels).
    """

    changes: PatternChanges
    radius: float

    def __call__(self, block: RowBlock, patterns: np.ndarray) -> BeamCandidates:
        """Return the candidates of a block."""
        return find_beam_candidates(self.changes.mended(patterns), self.radius)


def changes_of(
    source: SourcePatterns, conversion: Conversion, values: PatternValues, squaring: Squaring | None
) -> PatternChanges:
    """Return the changes of a conversion, with the bad pixels found in a sample of the source.

    Parameters
    ----------
    source
        Patterns of the vendor's file.
    conversion
        Settings of the conversion.
    values
        Statistics of the pattern values.
    squaring
        Resampling to square pixels; None if they are square.

    Raises
    ------
    KerasStemError
        If the sample cannot be read.
    """
    bad = None
    if conversion.repair:
        bad = bad_pixels(fill_masked(source.sample(BAD_PIXEL_PATTERNS), values.masked))
    kind = source.dtype if squaring is None else np.dtype(np.float32)
    dtype = summed_type(kind, (conversion.binning * conversion.scan_binning) ** 2)
    return PatternChanges(values.masked, bad, squaring, conversion.binning, conversion.scan_binning, dtype)


def with_shifts(blocks: Sequence[RowBlock], shifts: np.ndarray, columns: int) -> list[RowBlock]:
    """Return blocks with their shifts.

    Parameters
    ----------
    blocks
        Blocks of rows.
    shifts
        Shifts of all positions, shape (n, 2).
    columns
        Number of positions in a row.
    """
    return [
        RowBlock(block.first, block.last, shifts[block.first * columns : block.last * columns])
        for block in blocks
    ]


def _bin_scan(rows: np.ndarray, factor: int) -> np.ndarray:
    if factor == 1:
        return rows
    height, width, *pattern = rows.shape
    blocks = rows.reshape(height // factor, factor, width // factor, factor, *pattern)
    return summed(blocks, (1, 3))
