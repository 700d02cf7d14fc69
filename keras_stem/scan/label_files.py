"""Import of orientation maps from other programs as labels of a scan."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import orix.io
from diffpy.structure import Lattice
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.frames import to_lab
from keras_stem.crystal.pairing import GivenPhase, PairedPhase, pair_phases, unpaired
from keras_stem.errors import KerasStemError, reason_of
from keras_stem.io.foreign_map import NOT_INDEXED, ForeignMap, from_crystal_map
from keras_stem.io.grid import PointGrid, find_grid
from keras_stem.io.registry import frames, map_format, map_formats
from keras_stem.scan.hdf5 import open_hdf5
from keras_stem.scan.labels import has_orientation, on_grid, read_labels
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.steps import different_step


def _formats() -> str:
    """Return the readable formats, for messages."""
    known = [f"{one.suffix} ({one.programs})" for one in map_formats()]
    return f"{', '.join(known)}, and .h5 (orix, EMsoft, Bruker)"


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


@dataclass(frozen=True)
class ImportedLabels:
    """Labels or map imported from another program.

    Parameters
    ----------
    labels
        Labels with the properties Q and R, if the file provides them, and its other properties.
    without_reliability
        Number of positions whose reliability was not computed; they have R = 0.
    without_orientation
        Number of positions with a phase but non-numeric angles; they are marked as not indexed.
    """

    labels: CrystalMap
    without_reliability: int
    without_orientation: int


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
    found = _read(path, phases)
    if options.transpose:
        found = replace(found, x=found.y, y=found.x)
    grid = _fitting(find_grid(found.x, found.y, path), found, info, options, path)
    found = replace(found, unit=info.unit)  # unit of the scan's steps, which the grid now has
    return _placed(found, grid, _phases(found, phases, options.ignore_symmetry, path), options.frame)


def read_foreign_map(path: str | Path, frame: str, phases: Sequence[GivenPhase] = ()) -> ImportedLabels:
    """Read a map of another program on its own grid, without a scan.

    Parameters
    ----------
    path, phases
        Arguments of `import_labels`.
    frame
        Convention of the Euler angles, one of `keras_stem.io.registry.frames`.

    Raises
    ------
    KerasStemError
        If the file cannot be read or is incomplete, or its grid is hexagonal.
    """
    path = Path(path)
    return _on_own_grid(_read(path, phases), phases, frame, path)


def on_own_grid(found: CrystalMap, phases: Sequence[GivenPhase], frame: str, path: str | Path) -> CrystalMap:
    """Return a map with the given phases in place of its own, its points in row-major order.

    Parameters
    ----------
    found
        Map as stored in its file.
    phases, frame, path
        Arguments of `read_foreign_map`.
    """
    return _on_own_grid(from_crystal_map(found), phases, frame, Path(path)).labels


def _on_own_grid(found: ForeignMap, phases: Sequence[GivenPhase], frame: str, path: Path) -> ImportedLabels:
    return _placed(found, find_grid(found.x, found.y, path), _phases(found, phases, False, path), frame)


def _placed(
    found: ForeignMap, grid: PointGrid, chosen: tuple[list[PairedPhase], np.ndarray], frame: str
) -> ImportedLabels:
    paired, phase_id = chosen
    rotations = _converted(found.rotations, phase_id, paired, frame)
    phases = {number: one.phase for number, one in enumerate(paired)}
    labels = on_grid(grid, rotations, phase_id, phases, found.properties, found.unit)
    without_orientation = int(np.sum((phase_id >= 0) & ~has_orientation(rotations)))
    return ImportedLabels(labels, found.without_reliability, without_orientation)


def _read(path: Path, phases: Sequence[GivenPhase]) -> ForeignMap:
    if not path.is_file():
        raise KerasStemError(f"Expected a map, found nothing at {path}.")
    known = map_format(path.suffix)
    if known is not None and not known.lists_phases and not phases:
        raise KerasStemError(f"{path} does not state its phases; give --cif FILE for each.")
    if known is not None:
        return known.read(path)
    if not h5py.is_hdf5(path):
        raise KerasStemError(
            f"Expected a map in one of the formats {_formats()}, found {path}; "
            "export it as one of them with the program that wrote it."
        )
    with open_hdf5(path) as file:
        if "crystal_map" in file:  # contains more information on phases than orix reads
            return from_crystal_map(read_labels(file))
    return _read_with_orix(path)


def _read_with_orix(path: Path) -> ForeignMap:
    """Read the HDF5 files of EMsoft and Bruker."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # orix prints the names that it parses
            found = from_crystal_map(orix.io.load(path))
    except Exception as error:  # the parser of orix raises various errors
        reason = reason_of(error).rstrip(".")
        raise KerasStemError(
            f"orix cannot read the map {path} ({reason}); kstem reads {_formats()}."
        ) from error
    return _with_qualities(found)


def _with_qualities(found: ForeignMap) -> ForeignMap:
    """Return a map whose missing Q is derived from the dot products of EMsoft."""
    dot_product = next((name for name in ("DP", "dp") if name in found.properties), None)
    if dot_product is None or "Q" in found.properties:
        return found
    return replace(found, properties={**found.properties, "Q": 100 * found.properties[dot_product]})


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


def _phases(
    found: ForeignMap, given: Sequence[GivenPhase], ignore_symmetry: bool, path: Path
) -> tuple[list[PairedPhase], np.ndarray]:
    """Return the phases to use and their index (from 0, -1 if not indexed) at each point of the file."""
    if not found.phases:
        paired = _unlisted(found, given, path)
    else:
        paired = pair_phases(_entries(found, path), given, path, ignore_symmetry)
    phase_id = np.full(len(found.phase_id), NOT_INDEXED)
    for place, (number, one) in enumerate(paired.items()):
        phase_id[found.phase_id == number] = place
        if one.phase.point_group is None:
            raise KerasStemError(f"{path} does not state the point group of its phase {one.phase.name!r}.")
    return list(paired.values()), phase_id


def _unlisted(found: ForeignMap, given: Sequence[GivenPhase], path: Path) -> dict[int, PairedPhase]:
    """Return the given phases by their numbers in a file that lists none."""
    needed = int(found.phase_id.max(initial=NOT_INDEXED)) + 1 - found.first_phase
    if needed > len(given):
        raise KerasStemError(
            f"Expected --cif FILE for each phase of {path}, which lists none, up to phase "
            f"{found.phase_id.max()} (from {found.first_phase}), found {len(given)}."
        )
    return {number: unpaired(one) for number, one in enumerate(given, start=found.first_phase)}


def _entries(found: ForeignMap, path: Path) -> dict[int, Phase]:
    """Return the phases listed in a file, by the phase numbers of its points."""
    used = {int(number) for number in np.unique(found.phase_id) if number >= 0}
    if len(found.phases) == 1 and used <= {0}:
        return {0: next(iter(found.phases.values()))}  # ``.ang`` files of one phase count from 0
    unknown = used - set(found.phases) - {0}  # 0 marks points that are not indexed
    if unknown:
        names = ", ".join(f"{number} {phase.name!r}" for number, phase in found.phases.items())
        raise KerasStemError(f"{path} has points of phase {max(unknown)}, but its header names only {names}.")
    return dict(found.phases)


def _converted(
    rotations: Rotation, phase_id: np.ndarray, phases: Sequence[PairedPhase], frame: str
) -> Rotation:
    """Convert orientations from a convention and the cell axes of a file to those of this package."""
    data, convention = rotations.data.copy(), frames()[frame]
    for number, paired in enumerate(phases):
        chosen = (phase_id == number) | ((phase_id < 0) & (number == 0))
        if chosen.any():
            own = to_lab(Rotation(data[chosen]), convention, Lattice(*paired.lattice))
            data[chosen] = (paired.rotation * own).data
    return Rotation(data)
