"""Import of orientation maps from other programs as labels of a scan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from keras_stem.crystal.pairing import GivenPhase
from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_file import ImportedLabels, chosen_phases, placed, read_unplaced
from keras_stem.io.foreign_map import ForeignMap
from keras_stem.io.grid import PointGrid, find_grid
from keras_stem.io.steps import different_step
from keras_stem.scan.metadata import ScanInfo


@dataclass(frozen=True)
class ImportOptions:
    """Options for importing a map.

    Parameters
    ----------
    frame
        Convention of the Euler angles, one of `keras_stem.io.registry.frames`.
    transpose
        Whether the rows of the map are the columns of the scan.
    ignore_step
        Whether the step of the map may differ from that of the scan.
    ignore_symmetry
        Whether Laue groups and lattice constants of the map's phases may differ from those of the given ones.
    """

    frame: str
    transpose: bool = False
    ignore_step: bool = False
    ignore_symmetry: bool = False


def import_labels(
    path: str | Path, info: ScanInfo, options: ImportOptions, phases: Sequence[GivenPhase] = ()
) -> ImportedLabels:
    """Read a map as the labels of a scan.

    Parameters
    ----------
    path
        ASTAR, EDAX, EMsoft or orix ``.ang``; ASTAR, Oxford or Bruker ``.ctf``; orix, EMsoft or Bruker
        ``.h5``; or ``.csv`` with the columns ``x, y, phi1, Phi, phi2`` (degrees) and optionally ``phase``
        (from 0), ``Q`` and ``R``.
    info
        Shapes and calibration of the scan.
    options
        Import options.
    phases
        Phases that replace those of the map, paired by `keras_stem.crystal.pairing.pair_phases`. A ``.csv``
        file has no phases of its own.

    Returns
    -------
    ImportedLabels

    Raises
    ------
    KerasStemError
        If the file cannot be read, is incomplete, or does not match the scan or the phases.
    """
    path = Path(path)
    found = read_unplaced(path, phases)
    if options.transpose:
        found = replace(found, x=found.y, y=found.x)
    grid = _fitting(find_grid(found.x, found.y, path), found, info, options, path)
    found = replace(found, unit=info.unit)  # unit of the scan's steps, which the grid now has
    return placed(found, grid, chosen_phases(found, phases, options.ignore_symmetry, path), options.frame)


def _fitting(
    grid: PointGrid, found: ForeignMap, info: ScanInfo, options: ImportOptions, path: Path
) -> PointGrid:
    """Return the scan grid with the places of a map on it, after checking that both grids agree."""
    if grid.shape != info.shape:
        hint = "" if options.transpose or grid.shape[::-1] != info.shape else "; give --transpose"
        raise KerasStemError(
            f"Expected a map of {info.shape[0]} x {info.shape[1]} positions in {path}, "
            f"found {grid.shape[0]} x {grid.shape[1]} ({len(grid.places)} points){hint}."
        )
    other = different_step((info.steps, info.unit), (grid.steps, found.unit))
    if other is not None and not options.ignore_step:
        axis, own, theirs = other
        raise KerasStemError(
            f"Expected a step of {own} along {axis} in {path}, found {theirs}; "
            "if the map is right, give --ignore-step."
        )
    return replace(grid, steps=info.steps, origin=(0.0, 0.0))
