"""Orientation maps of other programs as labels of a scan."""

import contextlib
import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import orix.io
from diffpy.structure import Lattice
from orix.crystal_map import CrystalMap, Phase, PhaseList
from orix.quaternion import Rotation

from keras_stem.crystal.frames import to_lab
from keras_stem.crystal.pairing import GivenPhase, PairedPhase, pair_phases, unpaired
from keras_stem.errors import KerasStemError
from keras_stem.scan.labels import crystal_map, grid_shape, read_labels
from keras_stem.scan.map_headers import header_phases
from keras_stem.scan.metadata import ScanInfo

STEP_TOLERANCE = 0.01
"""Relative."""

_NANOMETRES = {"nm": 1.0, "um": 1e3, "µm": 1e3, "μm": 1e3, "Å": 0.1, "A": 0.1}
_QUALITIES = {
    # properties of the file: Q and its factor, R and its factor
    "rel": ("ind", 1.0, "rel", 100.0),  # ASTAR .ang; relx100 is not filled by all versions
    "ci": ("iq", 1.0, "ci", 100.0),  # EDAX and orix .ang
    "DP": ("DP", 100.0, None, 0.0),  # EMsoft .ctf
    "dp": ("dp", 100.0, None, 0.0),  # EMsoft .ang
}
_ANGLES = ("phi1", "phi", "phi2")


@dataclass(frozen=True)
class ImportOptions:
    """How a map is read.

    Parameters
    ----------
    frame
        Convention of its Euler angles, a key of `keras_stem.crystal.frames.FRAMES`.
    transpose
        Whether its rows are the scan's columns.
    ignore_step
        Whether its step may differ from the scan's.
    ignore_symmetry
        Whether the Laue groups and lattice constants of its phases may differ from those of the given phases.
    """

    frame: str
    transpose: bool = False
    ignore_step: bool = False
    ignore_symmetry: bool = False


@dataclass(frozen=True)
class ImportedLabels:
    """Labels, and the number of positions whose reliability was not computed (they have R = 0)."""

    labels: CrystalMap
    without_reliability: int


def import_labels(
    path: str | Path, info: ScanInfo, options: ImportOptions, phases: Sequence[GivenPhase] = ()
) -> ImportedLabels:
    """Read a map as the labels of a scan.

    Parameters
    ----------
    path
        ASTAR, EDAX, EMsoft or orix ``.ang``; ASTAR, Oxford or Bruker ``.ctf``; orix, EMsoft or Bruker
        ``.h5``; or ``.csv`` with the columns ``x, y, phi1, Phi, phi2`` (deg) and, if known, ``phase`` (from
        0), ``Q`` and ``R``.
    info
        Of the scan.
    options
        How to read it.
    phases
        In place of the map's own, as `keras_stem.crystal.pairing.pair_phases` pairs them. A ``.csv`` has none
        of its own.

    Returns
    -------
    ImportedLabels
        With the properties Q and R, as far as the file tells, and the file's others.

    Raises
    ------
    KerasStemError
        If the file cannot be read, is not complete, or does not fit the scan or the phases.
    """
    path = Path(path)
    found = _read(path, phases)
    order = _order(found, info, options, path)
    chosen, phase_id = _phases(found, phases, options, path)
    properties = {name: np.asarray(values)[order] for name, values in found.prop.items()}
    missing = _add_qualities(properties, astar_ctf="MAD" in properties and _fits_astar(path))
    rotations = _converted(_best(found)[order], phase_id[order], chosen, options.frame)
    grid = (info.shape, info.step, info.unit)
    those = [paired.phase for paired in chosen]
    return ImportedLabels(crystal_map(rotations, those, *grid, properties, phase_id[order]), missing)


def read_foreign_map(path: str | Path, frame: str, phases: Sequence[GivenPhase] = ()) -> CrystalMap:
    """Read a map of another program by itself, on the grid that it has.

    Parameters
    ----------
    path, phases
        As `import_labels` takes them.
    frame
        Convention of its Euler angles, a key of `keras_stem.crystal.frames.FRAMES`.

    Raises
    ------
    KerasStemError
        If the file cannot be read or is not complete, or its grid is hexagonal.
    """
    path = Path(path)
    found = _read(path, phases)
    shape = grid_shape(found)
    if found.size != shape[0] * shape[1]:
        raise KerasStemError(
            f"Expected {shape[0]} x {shape[1]} points on a square grid in {path}, found {found.size}: "
            "the map is on a hexagonal grid, or not complete."
        )
    return on_own_grid(found, phases, frame, path)


def on_own_grid(found: CrystalMap, phases: Sequence[GivenPhase], frame: str, path: str | Path) -> CrystalMap:
    """Return a map with the phases that are given for its own, its points row by row.

    Parameters
    ----------
    found
        As its file has it.
    phases, frame, path
        As `read_foreign_map` takes them.
    """
    path = Path(path)
    chosen, phase_id = _phases(found, phases, ImportOptions(frame), path)
    properties = {name: np.asarray(values) for name, values in found.prop.items()}
    _add_qualities(properties, astar_ctf="MAD" in properties and _fits_astar(path))
    x, y = (np.zeros(found.size) if axis is None else axis for axis in (found.x, found.y))
    order = np.lexsort([x, y])
    return CrystalMap(
        _converted(_best(found), phase_id, chosen, frame)[order],
        phase_id=phase_id[order],
        x=x[order],
        y=y[order],
        phase_list=PhaseList([paired.phase for paired in chosen]),
        prop={name: values[order] for name, values in properties.items()},
        scan_unit=found.scan_unit,
    )


def _read(path: Path, phases: Sequence[GivenPhase]) -> CrystalMap:
    if not path.is_file():
        raise KerasStemError(f"Expected a map, found nothing at {path}.")
    if path.suffix.lower() == ".ctf":
        _require_all_rows(path)
    if path.suffix.lower() == ".ang":
        _require_square_grid(path)
    if path.suffix.lower() == ".csv":
        return _read_csv(path, phases)
    if h5py.is_hdf5(path):
        with h5py.File(path) as file:
            if "crystal_map" in file:  # knows more of its phases than orix does
                return read_labels(file)
    return _read_with_orix(path)


def _best(found: CrystalMap) -> Rotation:
    """Return the first of the orientations that a file may have for each point."""
    return Rotation(found.rotations.data.reshape(found.size, -1, 4)[:, 0])


def _read_with_orix(path: Path) -> CrystalMap:
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # orix prints what it makes of names
            return orix.io.load(path)
    except Exception as error:  # orix raises whatever its parsing meets
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise KerasStemError(f"orix cannot read the map {path}: {reason}.") from error


def _read_csv(path: Path, phases: Sequence[GivenPhase]) -> CrystalMap:
    if not phases:
        raise KerasStemError(f"{path} does not tell its phase; give --cif FILE.")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = {name.strip().lower(): name for name in (rows[0] if rows else {})}
    missing = [name for name in ("x", "y", *_ANGLES) if name not in names]
    if missing:
        raise KerasStemError(
            f"Expected the columns x, y, phi1, Phi, phi2 in {path}, missing: {', '.join(missing)}."
        )
    try:
        columns = {key: np.array([float(row[name]) for row in rows]) for key, name in names.items()}
    except (TypeError, ValueError) as error:
        raise KerasStemError(f"Expected numbers in all columns of {path}: {error}.") from error
    euler = np.deg2rad(np.stack([columns[name] for name in _ANGLES], axis=1))
    phase_id = columns.get("phase", np.zeros(len(rows))).astype(int)
    if phase_id.max() >= len(phases):
        raise KerasStemError(f"{path} has phase {phase_id.max()} (from 0), but {len(phases)} were given.")
    return CrystalMap(
        Rotation.from_euler(euler),
        phase_id=phase_id,
        x=columns["x"],
        y=columns["y"],
        phase_list=PhaseList([given.phase for given in phases]),
        prop={name.upper(): columns[name] for name in ("q", "r") if name in columns},
        scan_unit="nm",
    )


def _require_all_rows(path: Path) -> None:
    """Raise `KerasStemError` unless a ``.ctf`` file has a row for each of its cells."""
    cells, rows, in_header = {}, 0, True
    with path.open(errors="replace") as file:
        for line in file:
            if not in_header:
                rows += bool(line.strip())
            elif line.startswith("Phase\tX\tY"):
                in_header = False
            elif line.startswith(("XCells", "YCells")):
                cells[line[0]] = int(line.split()[1])
    if in_header or len(cells) < 2:
        raise KerasStemError(f"{path} is no Channel text file: it has no XCells, YCells or columns.")
    expected = cells["X"] * cells["Y"]
    if rows != expected:
        raise KerasStemError(
            f"Expected {expected} rows ({cells['Y']} x {cells['X']}) in {path}, found {rows}; "
            "the file was cut off."
        )


def _require_square_grid(path: Path) -> None:
    with path.open(errors="replace") as file:
        header = itertools.takewhile(lambda line: line.startswith("#"), file)
        if any("GRID" in line and "hex" in line.lower() for line in header):
            raise KerasStemError(
                f"{path} is on a hexagonal grid, and a scan or map has to be on a square one; "
                "convert the map with the program that wrote it."
            )


def _fits_astar(path: Path) -> bool:
    with path.open(errors="replace") as file:
        return any(
            "ACOM RES" in line or "keras_stem" in line for _, line in zip(range(20), file, strict=False)
        )


def _order(found: CrystalMap, info: ScanInfo, options: ImportOptions, path: Path) -> np.ndarray:
    """Return where in the file each scan position is, row by row, once it is clear that all are there."""
    x, y = (np.zeros(found.size) if axis is None else axis for axis in (found.x, found.y))
    shape = grid_shape(found)
    if options.transpose:
        x, y, shape = y, x, shape[::-1]
    if shape != info.shape or found.size != info.size:
        hint = "; give --transpose" if shape[::-1] == info.shape and found.size == info.size else ""
        raise KerasStemError(
            f"Expected a map of {info.shape[0]} x {info.shape[1]} positions in {path}, "
            f"found {shape[0]} x {shape[1]} ({found.size} rows){hint}."
        )
    if not options.ignore_step:
        _require_step(found, info, options.transpose, path)
    rank = [np.unique(axis, return_inverse=True)[1] for axis in (y, x)]
    return np.argsort(rank[0] * info.shape[1] + rank[1], kind="stable")


def _require_step(found: CrystalMap, info: ScanInfo, transpose: bool, path: Path) -> None:
    unit = _NANOMETRES.get(found.scan_unit)
    scan_unit = _NANOMETRES.get(info.unit)
    step = (found.dy if transpose else found.dx) or (found.dx if transpose else found.dy)
    if not (unit and scan_unit and step):
        return  # a scan in pixels agrees with any step
    if abs(step * unit - info.step * scan_unit) > STEP_TOLERANCE * info.step * scan_unit:
        raise KerasStemError(
            f"Expected a step of {info.step:g} {info.unit} in {path}, "
            f"found {step:g} {found.scan_unit}; if the map is right, give --ignore-step."
        )


def _phases(
    found: CrystalMap, given: Sequence[GivenPhase], options: ImportOptions, path: Path
) -> tuple[list[PairedPhase], np.ndarray]:
    """Return the phases that count, and their number (from 0, -1 for none) at each point of the file."""
    if path.suffix.lower() == ".csv":
        paired = {place: unpaired(one) for place, one in enumerate(given)}
    else:
        paired = pair_phases(_entries(found, path), given, path, options.ignore_symmetry)
    phase_id = np.full(found.size, -1)
    for place, (number, one) in enumerate(paired.items()):
        phase_id[found.phase_id == number] = place
        if one.phase.point_group is None:
            raise KerasStemError(f"{path} does not tell the point group of its phase {one.phase.name!r}.")
    return list(paired.values()), phase_id


def _entries(found: CrystalMap, path: Path) -> dict[int, Phase]:
    """Return the phases that a file names, by the numbers that its points have."""
    used = {int(number) for number in np.unique(found.phase_id) if number >= 0}
    entries = header_phases(path)
    if entries is None:
        return {int(number): phase for number, phase in found.phases if number >= 0}
    if len(entries) == 1 and used <= {0}:
        return {0: next(iter(entries.values()))}  # ``.ang`` files of one phase count from 0
    unknown = used - set(entries) - {0}  # 0 is a point that is not indexed
    if unknown:
        names = ", ".join(f"{number} {phase.name!r}" for number, phase in entries.items())
        raise KerasStemError(f"{path} has points of phase {max(unknown)}, but its header names only {names}.")
    return entries


def _add_qualities(properties: dict[str, np.ndarray], astar_ctf: bool) -> int:
    """Add Q and R in place; return how many positions have no reliability."""
    if "Q" in properties:
        return 0
    if "BC" in properties:
        properties["Q"] = properties["BC"].astype(float)
        # Elsewhere MAD is an angle, and no reliability.
        return _add_reliability(properties, "MAD", 100.0) if astar_ctf else 0
    for name, (q, q_factor, r, r_factor) in _QUALITIES.items():
        if name in properties:
            properties["Q"] = q_factor * properties[q]
            return 0 if r is None else _add_reliability(properties, r, r_factor)
    return 0


def _add_reliability(properties: dict[str, np.ndarray], name: str, factor: float) -> int:
    """Add R in place, 0 where the file has the -1 of one that was not computed; return how many these are."""
    properties["R"] = factor * np.maximum(properties[name], 0)
    return int(np.sum(properties[name] < 0))


def _converted(
    rotations: Rotation, phase_id: np.ndarray, phases: Sequence[PairedPhase], frame: str
) -> Rotation:
    """Bring orientations from a convention, and the axes of the file's cells, into ours."""
    data = rotations.data.copy()
    for number, paired in enumerate(phases):
        chosen = (phase_id == number) | ((phase_id < 0) & (number == 0))
        if chosen.any():
            own = to_lab(Rotation(data[chosen]), frame, Lattice(*paired.lattice))
            data[chosen] = (paired.rotation * own).data
    return Rotation(data)
