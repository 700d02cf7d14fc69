"""Conversion of a vendor's file to a scan file, block by block."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from keras_stem.io.hdf5 import is_labelled
from keras_stem.io.map_files import read_map
from keras_stem.io.map_grid import part_of, with_steps
from keras_stem.scan.beam_candidates import BeamCandidates, find_beam_candidates
from keras_stem.scan.centring import Centring, centred, choose_shifts
from keras_stem.scan.cleaning import bad_pixels, repair
from keras_stem.scan.detector import bin_patterns
from keras_stem.scan.metadata import ScanInfo, beam_radius
from keras_stem.scan.squaring import Squaring
from keras_stem.scan.values import (
    SAMPLE_PATTERNS,
    PatternValues,
    examine,
    fill_masked,
    gain_notes,
    summed,
    summed_type,
)
from keras_stem.scan.vendor import read_vendor_file
from keras_stem.scan.writing import ScanWriter, create_scan
from keras_stem.workflow.conversion import Conversion, converted_info
from keras_stem.workflow.source_blocks import SourcePatterns

BAD_PIXEL_PATTERNS = 256
"""Number of patterns, evenly spaced over the scan, from which bad pixels are determined."""

BEAM_RADIUS_SHARE = 0.025
"""Radius of the direct beam relative to the side of the detector, if the convergence angle is unknown."""


@dataclass(frozen=True)
class Converted:
    """Result of a conversion.

    Parameters
    ----------
    info
        Metadata of the scan file.
    notes
        Remarks about the patterns for the user, one sentence each.
    """

    info: ScanInfo
    notes: tuple[str, ...]


def convert(
    source: str | Path,
    path: str | Path,
    conversion: Conversion,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Converted:
    """Convert a vendor's file to a scan file.

    Parameters
    ----------
    source
        Path of a file that RosettaSciIO reads, or of a scan file, whose labels are kept.
    path
        Path of the scan file; an existing file is replaced when the new one is complete.
    conversion
        Settings of the conversion.
    progress
        Function that is called with the number of written positions and the total number of positions.

    Returns
    -------
    Converted

    Raises
    ------
    KerasStemError
        If the source cannot be read, contains values that are not finite, or the settings do not apply to it.
    """
    vendor = read_vendor_file(source, stack=conversion.scan_shape is not None)
    patterns = SourcePatterns(vendor.data, conversion, source)
    values = examine(patterns.sample(SAMPLE_PATTERNS))
    info, squaring = converted_info(vendor, patterns.shape, conversion, values, Path(source).name)
    told = vendor.gain if conversion.calibration.gain is None else conversion.calibration.gain
    notes = [*vendor.notes, *values.notes(), *gain_notes(values, told)]
    changes = _Changes(patterns, info, conversion, values, squaring)
    notes += changes.notes()
    if conversion.centre:
        centring = changes.find_shifts()
        info = replace(info, origin={**info.origin, "centring": _summary(centring)})
        notes += _centring_notes(centring)
    factor = conversion.scan_binning
    with create_scan(path, info, changes.dtype) as writer:
        for first, block in patterns.blocks():
            writer.write_rows(first // factor, changes.apply(first, block))
            progress(min(first + len(block), info.shape[0] * factor) // factor * info.shape[1], info.size)
        notes += _keep_labels(Path(source), writer, conversion, info)
    return Converted(info, tuple(notes))


def _keep_labels(source: Path, writer: ScanWriter, conversion: Conversion, info: ScanInfo) -> list[str]:
    """Write the labels of the converted positions, if the source has any; return notes for the user."""
    if not is_labelled(source):
        return []
    if conversion.scan_binning > 1 or conversion.scan_shape:
        return [f"The labels of {source} are left out, because positions are summed or rearranged."]
    top, bottom, left, right = conversion.scan_crop
    labels, origin = read_map(source)
    part = part_of(labels, slice(top, bottom), slice(left, right))
    writer.write_labels(with_steps(part, info.steps, info.unit), origin)
    return []


class _Changes:
    """Processing of blocks of patterns during a conversion."""

    def __init__(
        self,
        source: SourcePatterns,
        info: ScanInfo,
        conversion: Conversion,
        values: PatternValues,
        squaring: Squaring | None,
    ):
        self._source, self._conversion, self._squaring = source, conversion, squaring
        self._masked = values.masked
        self._bad = None
        if conversion.repair:
            self._bad = bad_pixels(fill_masked(source.sample(BAD_PIXEL_PATTERNS), values.masked))
        self._beam_radius = _beam_radius(info, conversion.binning)
        self._detector_shape = tuple(side * conversion.binning for side in info.detector.shape)
        self._centring: Centring | None = None
        kind = source.dtype if squaring is None else np.dtype(np.float32)
        self.dtype = summed_type(kind, (conversion.binning * conversion.scan_binning) ** 2)

    def notes(self) -> list[str]:
        """Return notes for the user about repaired pixels."""
        if self._bad is None:
            return []
        count = int(self._bad.sum())
        if not count:
            return ["Repair: no pixel is hot or dead."]
        pixels = "1 hot or dead pixel has" if count == 1 else f"{count:,} hot or dead pixels have"
        return [f"Repair: {pixels} the median of the good ones around."]

    def find_shifts(self) -> Centring:
        """Locate the direct beams of the whole scan, after which `apply` centres the patterns."""
        found = [
            find_beam_candidates(self._mended(block), self._beam_radius) for _, block in self._source.blocks()
        ]
        candidates = BeamCandidates.joined(found)
        shape = self._source.shape[:2]
        self._centring = choose_shifts(candidates, shape, self._detector_shape, self._beam_radius)
        return self._centring

    def apply(self, first: int, block: np.ndarray) -> np.ndarray:
        """Process a block (rows, columns, H, W) that starts at row ``first`` of the scan.

        The number of rows has to be a multiple of the scan binning.
        """
        patterns = self._mended(block)
        if self._centring is not None:
            start = first * block.shape[1]
            patterns = centred(patterns, self._centring.shifts[start : start + len(patterns)])
        patterns = bin_patterns(patterns, self._conversion.binning)
        rows = patterns.reshape(*block.shape[:2], *patterns.shape[1:])
        return _bin_scan(rows, self._conversion.scan_binning).astype(self.dtype, copy=False)

    def _mended(self, block: np.ndarray) -> np.ndarray:
        """Return the patterns of a block, shape (n, H, W), with bad pixels repaired and square pixels."""
        patterns = fill_masked(block.reshape(-1, *block.shape[2:]), self._masked)
        if self._bad is not None:
            patterns = repair(patterns, self._bad)
        return patterns if self._squaring is None else self._squaring.apply(patterns)


def _summary(centring: Centring) -> dict[str, int]:
    return {"patterns": len(centring.doubtful), "doubtful": int(centring.doubtful.sum())}


def _centring_notes(centring: Centring) -> list[str]:
    doubtful = int(centring.doubtful.sum())
    if not doubtful:
        return []
    return [
        f"Centring: {doubtful} of {len(centring.doubtful)} patterns were doubtful and got the shift of their "
        "neighbours."
    ]


def _beam_radius(info: ScanInfo, binning: int) -> float:
    """Return the radius of the direct beam in recorded pixels."""
    if info.convergence_angle and info.beam_energy and info.detector.pixel_size > 0:
        return beam_radius(info) / info.detector.pixel_size * binning
    return max(BEAM_RADIUS_SHARE * min(info.detector.shape) * binning, 1.0)


def _bin_scan(rows: np.ndarray, factor: int) -> np.ndarray:
    if factor == 1:
        return rows
    height, width, *pattern = rows.shape
    blocks = rows.reshape(height // factor, factor, width // factor, factor, *pattern)
    return summed(blocks, (1, 3))
