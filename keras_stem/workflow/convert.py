"""Conversion of a vendor's file to a scan file, block by block."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keras_stem.io.hdf5 import is_labelled
from keras_stem.io.map_files import read_map
from keras_stem.io.map_grid import part_of, with_steps
from keras_stem.scan.beam_candidates import BeamCandidates
from keras_stem.scan.centring import Centring, choose_shifts
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.values import SAMPLE_PATTERNS, PatternValues, examine, gain_notes
from keras_stem.scan.vendor import VendorPatterns
from keras_stem.scan.writing import ScanWriter, create_scan, require_creatable
from keras_stem.workflow.conversion import Conversion, converted_info
from keras_stem.workflow.pattern_changes import (
    BeamSearch,
    PatternChanges,
    WrittenChanges,
    changes_of,
    with_shifts,
)
from keras_stem.workflow.source_blocks import RowBlock, open_source
from keras_stem.workflow.source_work import SourceWork

if TYPE_CHECKING:
    from distributed import Client

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
    client: "Client | None" = None,
) -> Converted:
    """Convert a vendor's file to a scan file.

    Parameters
    ----------
    source
        Path of a file that RosettaSciIO reads, or of a scan file, whose labels are kept.
    path
        Path of the scan file, or of a store if it ends in ``.zspy``; an existing one is replaced when the new
        one is complete.
    conversion
        Settings of the conversion.
    progress
        Function that is called with the number of written positions and the total number of positions.
    client
        Client of a Dask cluster, whose workers read and change the patterns, and write those of a store; they
        see the source, and the folder of the store, under the same paths.

    Returns
    -------
    Converted

    Raises
    ------
    KerasStemError
        If the source cannot be read or has values that are not finite, the settings do not apply to it, or
        the scan cannot be written.
    """
    require_creatable(path)
    vendor, patterns = open_source(source, conversion)
    values = examine(patterns.sample(SAMPLE_PATTERNS))
    info, squaring = converted_info(vendor, patterns.shape, conversion, values, Path(source).name)
    changes = changes_of(patterns, conversion, values, squaring)
    notes = [*_value_notes(vendor, values, conversion), *changes.notes()]
    work, blocks = SourceWork(source, conversion, patterns, client), patterns.blocks()
    if conversion.centre:
        centring = _find_shifts(work, changes, blocks, info, patterns.shape[:2])
        blocks = with_shifts(blocks, centring.shifts, patterns.shape[1])
        info = replace(info, origin={**info.origin, "centring": _summary(centring)})
        notes += _centring_notes(centring)
    with create_scan(path, info, changes.dtype) as writer:
        _write_blocks(work, changes, blocks, writer, lambda rows: progress(rows * info.shape[1], info.size))
        notes += _keep_labels(Path(source), writer, conversion, info)
    return Converted(info, tuple(notes))


def _value_notes(vendor: VendorPatterns, values: PatternValues, conversion: Conversion) -> list[str]:
    told = vendor.gain if conversion.calibration.gain is None else conversion.calibration.gain
    return [*vendor.notes, *values.notes(), *gain_notes(values, told)]


def _write_blocks(
    work: SourceWork,
    changes: PatternChanges,
    blocks: Sequence[RowBlock],
    writer: ScanWriter,
    progress: Callable[[int], None],
) -> None:
    """Convert the blocks and write them; tell the number of rows that are written."""
    step = WrittenChanges(changes, writer) if writer.shared else changes
    with contextlib.closing(work.results(step, blocks)) as converted:
        for block, rows in zip(blocks, converted, strict=True):
            if not writer.shared:
                writer.write_rows(block.first // changes.scan_binning, rows)
            progress(block.last // changes.scan_binning)


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


def _find_shifts(
    work: SourceWork,
    changes: PatternChanges,
    blocks: Sequence[RowBlock],
    info: ScanInfo,
    scan_shape: tuple[int, ...],
) -> Centring:
    """Locate the direct beams of the whole scan, and return the shifts that centre them."""
    radius = _beam_radius(info, changes.binning)
    detector_shape = tuple(side * changes.binning for side in info.detector.shape)
    with contextlib.closing(work.results(BeamSearch(changes, radius), blocks)) as found:
        candidates = BeamCandidates.joined(list(found))
    return choose_shifts(candidates, scan_shape, detector_shape, radius)


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
    beam = info.beam
    if beam.convergence_angle and beam.energy and info.detector.pixel_size > 0:
        return beam.radius / info.detector.pixel_size * binning
    return max(BEAM_RADIUS_SHARE * min(info.detector.shape) * binning, 1.0)
