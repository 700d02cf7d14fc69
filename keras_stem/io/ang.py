"""Text maps (.ang) of EDAX, ASTAR, EMsoft and orix.

Angles are in radians. Positions are in µm, except in nm in files of ASTAR.
"""

import contextlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.euler import euler_of
from keras_stem.crystal.rotations import first_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import NOT_INDEXED, ForeignMap, phase_numbers, reliability
from keras_stem.io.map_format import MapFormat
from keras_stem.io.phases import indexed_phases, plain_name, read_phase
from keras_stem.io.text import read_lines, read_table
from keras_stem.io.told_grid import ToldGrid, require_told_grid
from keras_stem.io.writing import map_text

_EDAX = ("phi1", "Phi", "phi2", "x", "y", "iq", "ci", "phase", "detector_signal", "fit")
_COLUMNS = {
    "astar": (*_EDAX[:5], "ind", "rel", "phase", "relx100"),
    "emsoft": (*_EDAX[:6], "dp", "phase"),
    "edax": _EDAX,
}
_QUALITIES = {
    # column and factor of Q, column and factor of R
    "astar": ("ind", 1.0, "rel", 100.0),  # not all versions fill relx100
    "emsoft": ("dp", 100.0, None, 0.0),
    "edax": ("iq", 1.0, "ci", 100.0),
}
_GEOMETRY = ("phi1", "Phi", "phi2", "x", "y", "phase")

_SYMMETRIES = {
    "-1": "1",
    "2/m": "2",
    "mmm": "22",
    "4/m": "4",
    "4/mmm": "42",
    "-3": "3",
    "-3m": "32",
    "6/m": "6",
    "6/mmm": "62",
    "m-3": "23",
    "m-3m": "43",
}
"""EDAX codes of the Laue groups; the code of a monoclinic group with unique axis b is 20."""

_HEADER = """# keras_stem {version}; {origin}; angles as in EDAX setting 3
# TEM_PIXperUM          1.000000
# x-star                0.000000
# y-star                0.000000
# z-star                0.000000
# WorkingDistance       0.000000
#
{phases}
#
# GRID: SqrGrid
# XSTEP: {x_step}
# YSTEP: {y_step}
# NCOLS_ODD: {columns}
# NCOLS_EVEN: {columns}
# NROWS: {rows}
#
# Column names: phi1, Phi, phi2, x, y, image_quality, confidence_index, phase_id, detector_signal, pattern_fit
"""
_PHASE = """# Phase {number}
# MaterialName  	{name}
# Formula     	{name}
# Info
# Symmetry              {symmetry}
# LatticeConstants      {lattice}
# NumberFamilies        0"""


def read_ang(path: Path) -> ForeignMap:
    """Read an ``.ang`` file.

    Parameters
    ----------
    path
        File of ASTAR (nine columns), EMsoft (eight), or EDAX and orix (ten or more). Columns beyond the tenth
        are named in the header of newer versions.

    Raises
    ------
    KerasStemError
        If the file is not in this format, its angles are not in radians, or its points are on a hexagonal
        grid or not on the grid of its header.
    """
    lines = read_lines(path)
    header = [line for line in lines if line.startswith("#")]
    if any("GRID" in line and "hex" in line.lower() for line in header):
        raise KerasStemError(
            f"Expected points on a rectangular grid in {path}, found a hexagonal grid; "
            "convert the map with the program that wrote it."
        )
    table = read_table([line for line in lines if not line.startswith("#")], path)
    program = _program(header, table.shape[1])
    columns = dict(zip(_names(header, program, table.shape[1]), table.T, strict=False))
    missing = [name for name in _GEOMETRY if name not in columns]
    if missing:
        raise KerasStemError(f"Expected at least 8 columns in {path}, found {table.shape[1]}.")
    require_told_grid(columns["x"], columns["y"], _told_grid(header, program), path)
    q, q_factor, r, r_factor = _QUALITIES[program]
    properties = {name: values for name, values in columns.items() if name not in _GEOMETRY}
    properties["Q"], without = q_factor * columns[q], 0
    if r is not None:
        properties["R"], without = reliability(columns[r], r_factor)
    phase_id = _phase_id(columns, program, path)
    return ForeignMap(
        rotations=Rotation.from_euler(_euler(columns, phase_id, path)),
        phase_id=phase_id,
        phases=_phases(header, path),
        x=columns["x"],
        y=columns["y"],
        unit="nm" if program == "astar" else "um",
        properties=properties,
        without_reliability=without if program == "astar" else 0,  # otherwise points are not indexed
        first_phase=min(1, int(phase_id.max(initial=0))),  # files with one phase count from 0
    )


def _program(header: Sequence[str], columns: int) -> str:
    """Return the program that wrote a file, which determines its columns."""
    text = "\n".join(header)
    if "ACOM" in text or (columns == 9 and "Column names" not in text):
        return "astar"
    return "emsoft" if "EMsoft" in text or columns == 8 else "edax"


def _names(header: Sequence[str], program: str, count: int) -> list[str]:
    """Return the column names: fixed ones for the known columns, those of the header for all others."""
    known = _COLUMNS[program]
    told: list[str] = []
    for line in header:
        found = re.match(r"#\s*COLUMN(?:_HEADERS|\s+names):\s*(.*)", line, re.IGNORECASE)
        if found:
            told = [re.sub(r"\W+", "_", name.strip()) for name in found[1].split(",")]
    others = told[len(known) :] if len(told) == count else []
    others += [f"unknown{number}" for number in range(len(others) + 1, count - len(known) + 1)]
    return [*known[:count], *others]


def _told_grid(header: Sequence[str], program: str) -> ToldGrid:
    """Return the grid described by a header; the unit of ASTAR's steps is unknown."""
    told: dict[str, float] = {}
    for line in header:
        found = re.match(r"#\s*(NROWS|NCOLS_ODD|XSTEP|YSTEP):?\s*([0-9.,eE+-]+)\s*$", line)
        with contextlib.suppress(ValueError):
            told |= {found[1]: float(found[2].replace(",", "."))} if found else {}
    told = {name: value for name, value in told.items() if 0 < value < np.inf}
    rows, columns, *steps = (told.get(name) for name in ("NROWS", "NCOLS_ODD", "YSTEP", "XSTEP"))
    shape = (int(rows), int(columns)) if rows and columns else None
    return ToldGrid(shape) if program == "astar" else ToldGrid(shape, (steps[0], steps[1]))


def _euler(columns: dict[str, np.ndarray], phase_id: np.ndarray, path: Path) -> np.ndarray:
    """Return the Euler angles, shape (n, 3), after checking that they are in radians."""
    euler = np.stack([columns[name] for name in _EDAX[:3]], axis=1)
    known = euler[(phase_id >= 0) & ~np.isclose(euler, 4 * np.pi, atol=1e-3).all(axis=1)]
    if len(known) and np.mean((known > 2 * np.pi + 0.01).any(axis=1)) > 0.5:
        raise KerasStemError(
            f"Expected Euler angles in radians in {path}, found most above 2 pi, up to {known.max():.4g}, "
            "which seem to be degrees; export the map in radians."
        )
    return euler


def _phase_id(columns: dict[str, np.ndarray], program: str, path: Path) -> np.ndarray:
    numbers = phase_numbers(columns["phase"], path)
    return np.where(columns["ci"] == -1, NOT_INDEXED, numbers) if program == "edax" else numbers


def _phases(header: Sequence[str], path: Path) -> dict[int, Phase]:
    """Return the phases of a header by number."""
    found: list[dict[str, str]] = []
    number = None
    for line in header:
        match = re.match(r"#\s*(Phase|MaterialName|Symmetry|LatticeConstants)\b:?\s*(.*)", line)
        if match is None:
            continue
        key, value = match[1], match[2].strip()
        if key == "Phase":
            number = value
        elif key == "MaterialName":
            found.append({"number": number or str(len(found) + 1), "name": value})
        elif found:
            found[-1].setdefault(key, value)
    complete = [one for one in found if {"Symmetry", "LatticeConstants"} <= set(one)]
    return dict(_phase(one, path) for one in complete)


def _phase(told: dict[str, str], path: Path) -> tuple[int, Phase]:
    """Return the number and the phase described by header entries."""
    try:
        constants = [float(constant.replace(",", ".")) for constant in told["LatticeConstants"].split()]
        return int(told["number"]), read_phase(told["name"], constants, point_group=told["Symmetry"])
    except ValueError as error:
        found = ", ".join(told[name] for name in ("number", "Symmetry", "LatticeConstants"))
        raise KerasStemError(
            f"Expected number, symmetry and lattice constants of the phase {told['name']!r} in the header of "
            f"{path}, found {found!r}."
        ) from error


def write_ang(path: Path, crystal_map: CrystalMap, origin: Mapping[str, str]) -> None:
    """Write an ``.ang`` file with the columns of EDAX, in UTF-8.

    Points that are not indexed have angles of 4 pi and a confidence index of -1, as in orix.

    Parameters
    ----------
    path
        The file.
    crystal_map
        Map on a complete grid, with orientations in EDAX setting 3.
    origin
        Provenance of the map.
    """
    text = map_text(crystal_map, origin)
    phases = indexed_phases(crystal_map)
    # The last phase comes first, as OIM Analysis 7 expects (orix).
    described = [_phase_text(k + 1, phase) for k, (_, phase) in reversed(list(enumerate(phases)))]
    (rows, columns), (y_step, x_step) = text.shape, text.steps
    header = _HEADER.format(
        version=text.version,
        origin=text.origin,
        phases="\n#\n".join(described),
        x_step=f"{x_step:.10g}",
        y_step=f"{y_step:.10g}",
        columns=columns,
        rows=rows,
    )
    number = np.full(crystal_map.size, 0 if len(phases) > 1 else NOT_INDEXED)
    for k, (index, _) in enumerate(phases):
        number[crystal_map.phase_id == index] = k + 1
    indexed = number > 0
    euler = euler_of(first_rotations(crystal_map))
    euler[~indexed] = 4 * np.pi
    q, r = np.where(indexed, text.q, 0), np.where(indexed, text.r / 100, -1)
    fit = np.where(indexed, 0, 180)
    table = np.column_stack([euler, text.x, text.y, q, r, number, np.zeros(len(q)), fit])
    place = f"%12.{text.decimals}f"
    formats = ["%9.6f"] * 3 + [place, place, "%10.4f", "%8.5f", "%2d", "%2d", "%7.3f"]
    with path.open("w", encoding="utf-8") as file:
        file.write(header)
        np.savetxt(file, table, formats)


def _phase_text(number: int, phase: Phase) -> str:
    lattice = " ".join(f"{float(constant):.4f}" for constant in phase.structure.lattice.abcABG())
    group = proper_point_group(phase)
    symmetry = "20" if group.name == "121" else _SYMMETRIES[phase.point_group.laue.name]
    return _PHASE.format(number=number, name=plain_name(phase, number), symmetry=symmetry, lattice=lattice)


FORMAT = MapFormat(".ang", "EDAX, ASTAR, EMsoft, orix", read_ang, write_ang, "edax3")
