"""Channel text files (.ctf) of Oxford, Bruker, ASTAR, EMsoft and MTEX.

Angles are in degrees and positions in µm. Points of phase 0 are not indexed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.euler import euler_of
from keras_stem.crystal.frames import from_lab
from keras_stem.crystal.rotations import first_rotations
from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import NOT_INDEXED, ForeignMap, phase_numbers, reliability
from keras_stem.io.map_format import MapFormat
from keras_stem.io.phases import LAUE_GROUPS, indexed_phases, plain_name, read_phase
from keras_stem.io.text import read_lines, read_table
from keras_stem.io.told_grid import ToldGrid, require_told_grid
from keras_stem.io.writing import map_text

Number = TypeVar("Number", int, float)

_COLUMNS = ("Phase", "X", "Y", "Bands", "Error", "Euler1", "Euler2", "Euler3", "MAD", "BC", "BS")
_GEOMETRY = ("Phase", "X", "Y", "Euler1", "Euler2", "Euler3")
_EMSOFT = {"MAD": "DP", "BC": "OSM", "BS": "IQ"}
"""Quantities that EMsoft writes under the column names of Oxford."""

_NAMES = {"Bands": "bands", "Error": "error"}
"""Property names of orix."""

_NO_SOLUTION = 3
"""Oxford error code of points that are not indexed."""

_HEADER = """Channel Text File
Prj\tkeras_stem
Author\tkeras_stem {version}; {origin}
JobMode\tGrid
XCells\t{columns}
YCells\t{rows}
XStep\t{x_step}
YStep\t{y_step}
AcqE1\t0
AcqE2\t0
AcqE3\t0
Euler angles refer to Sample Coordinate system (CS0)!\tMag\t1\tCoverage\t100\tDevice\t0\tKV\t0\
\tTiltAngle\t0\tTiltAxis\t0
Phases\t{count}
{phases}
{names}
"""


def read_ctf(path: Path) -> ForeignMap:
    """Read a ``.ctf`` file.

    Q is the band contrast. In files of ASTAR and of this package the MAD column is a reliability, and R is a
    hundred times its value; in other files the MAD is an angle.

    Raises
    ------
    KerasStemError
        If the file is not in this format, or its points are not on the grid of its header.
    """
    lines = read_lines(path)
    first = next((k for k, line in enumerate(lines) if line.split()[:3] == ["Phase", "X", "Y"]), None)
    header = lines[:first]
    if first is None:
        raise KerasStemError(f"Expected a Channel text file in {path}, found no columns Phase, X, Y.")
    told = _told_grid(header, path)
    rows = [line for line in lines[first + 1 :] if line.strip()]
    _require_all(len(rows), told, path)
    table = read_table(rows, path)
    columns = dict(zip(lines[first].split(), table.T, strict=False))
    missing = [name for name in _GEOMETRY if name not in columns]
    if missing:
        raise KerasStemError(f"Expected the columns {', '.join(_COLUMNS)} in {path}, missing: {missing[0]}.")
    require_told_grid(columns["X"], columns["Y"], told, path)
    properties, without = _properties(columns, header)
    return ForeignMap(
        rotations=Rotation.from_euler(
            np.deg2rad(np.stack([columns[name] for name in _GEOMETRY[3:]], axis=1))
        ),
        phase_id=np.where(columns["Phase"] > 0, phase_numbers(columns["Phase"], path), NOT_INDEXED),
        phases=_phases(header, path),
        x=columns["X"],
        y=columns["Y"],
        unit="um",
        properties=properties,
        without_reliability=without,
        first_phase=1,
    )


def _told_grid(header: Sequence[str], path: Path) -> ToldGrid:
    """Return the grid described by a header, which must contain its shape."""
    told = {words[0]: " ".join(words[1:2]) for line in header if (words := line.split())}
    missing = [name for name in ("XCells", "YCells") if name not in told]
    if missing:
        raise KerasStemError(f"Expected a Channel text file in {path}, found no {missing[0]}.")
    rows, columns = (_number(told, name, int, path) for name in ("YCells", "XCells"))
    y_step, x_step = (
        _number(told, name, float, path) if name in told else None for name in ("YStep", "XStep")
    )
    return ToldGrid((rows, columns), (y_step, x_step))


def _number(told: Mapping[str, str], name: str, kind: type[Number], path: Path) -> Number:
    """Return a positive number of the header."""
    try:
        number = kind(told[name].replace(",", "."))
    except ValueError:
        number = kind(0)
    if not 0 < number < np.inf:
        what = "a whole number" if kind is int else "a number"
        raise KerasStemError(
            f"Expected {what} above 0 as {name} in the header of {path}, found {told[name][:40]!r}."
        )
    return number


def _require_all(rows: int, told: ToldGrid, path: Path) -> None:
    assert told.shape is not None  # the header must contain it
    expected = told.shape[0] * told.shape[1]
    if rows < expected:
        raise KerasStemError(
            f"Expected {expected} rows ({told.shape[0]} x {told.shape[1]}) in {path}, found {rows}; "
            "the file was cut off."
        )


def _properties(columns: dict[str, np.ndarray], header: Sequence[str]) -> tuple[dict[str, np.ndarray], int]:
    """Return the properties of the points including Q and R, and the number without a reliability."""
    text = "\n".join(header)
    emsoft = _EMSOFT if "EMsoft" in text else {}
    found = {
        emsoft.get(name, _NAMES.get(name, name)): values
        for name, values in columns.items()
        if name not in _GEOMETRY
    }
    if "DP" in found:
        return {**found, "Q": 100 * found["DP"]}, 0
    if "BC" not in found:
        return found, 0
    found["Q"] = found["BC"].astype(float)
    if not ("MAD" in found and ("ACOM RES" in text or "keras_stem" in text)):
        return found, 0
    found["R"], without = reliability(found["MAD"], 100.0)
    return found, without


def _phases(header: Sequence[str], path: Path) -> dict[int, Phase]:
    """Return the phases of a header by number, from 1."""
    first = next((k for k, line in enumerate(header) if line.startswith("Phases")), None)
    if first is None:
        return {}
    text = header[first].removeprefix("Phases").strip()
    if not text.isdecimal():
        raise KerasStemError(f"Expected the number of phases in the header of {path}, found {text!r}.")
    lines = header[first + 1 : first + 1 + int(text)]
    return {number: _phase(line, path) for number, line in enumerate(lines, start=1)}


def _phase(line: str, path: Path) -> Phase:
    """Return the phase described by a line of the header."""
    try:
        lengths, angles, name, laue, group, *_ = [*line.split("\t"), "0"]
        constants = [float(text.replace(",", ".")) for text in f"{lengths};{angles}".split(";")]
        laue_group = dict(enumerate(LAUE_GROUPS, start=1))[int(laue)]
        space_group = int(group or 0)
        symmetry = {"space_group": space_group} if space_group else {"point_group": laue_group}
        return read_phase(name, constants, **symmetry)
    except (ValueError, KeyError) as error:
        raise KerasStemError(
            f"Expected a phase in the header of {path} (lattice constants, name, Laue group, space group), "
            f"found {line[:80]!r}."
        ) from error


def write_ctf(path: Path, crystal_map: CrystalMap, origin: Mapping[str, str]) -> None:
    """Write a ``.ctf`` file in UTF-8, with angles in the crystal axes of Oxford.

    BC is Q as an integer, MAD is R / 100 as in files of ASTAR, and BS is R as an integer.

    Parameters
    ----------
    path
        The file.
    crystal_map
        Map on a complete grid, with orientations in the frames of this package.
    origin
        Provenance of the map.
    """
    text = map_text(crystal_map, origin)
    phases = indexed_phases(crystal_map)
    (rows, columns), (y_step, x_step) = text.shape, text.steps
    header = _HEADER.format(
        version=text.version,
        origin=text.origin,
        columns=columns,
        rows=rows,
        x_step=f"{x_step:.10g}",
        y_step=f"{y_step:.10g}",
        count=len(phases),
        phases="\n".join(_phase_text(k + 1, phase) for k, (_, phase) in enumerate(phases)),
        names="\t".join(_COLUMNS),
    )
    number, euler = _points(crystal_map, phases)
    indexed = number > 0
    bands, error = np.where(indexed, 8, 0), np.where(indexed, 0, _NO_SOLUTION)
    q, r = np.where(indexed, text.q, 0), np.where(indexed, text.r, 0)
    table = np.column_stack(
        [number, text.x, text.y, bands, error, euler, r / 100, np.rint(np.maximum(q, 0)), np.rint(r)]
    )
    place = f"%.{text.decimals}f"
    formats = ["%d", place, place, "%d", "%d", "%.4f", "%.4f", "%.4f", "%.4f", "%d", "%d"]
    with path.open("w", encoding="utf-8") as file:
        file.write(header)
        np.savetxt(file, table, formats, delimiter="\t")


def _points(crystal_map: CrystalMap, phases: Sequence[tuple[int, Phase]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the phase number in the file, 0 for none, and the Euler angles (degrees) of each point."""
    number, euler = np.zeros(crystal_map.size, int), np.zeros((crystal_map.size, 3))
    rotations = first_rotations(crystal_map)
    for k, (index, phase) in enumerate(phases):
        chosen = crystal_map.phase_id == index
        number[chosen] = k + 1
        turned = from_lab(rotations[chosen], "oxford", phase.structure.lattice)
        euler[chosen] = np.rad2deg(euler_of(turned))
    return number, euler


def _phase_text(number: int, phase: Phase) -> str:
    a, b, c, alpha, beta, gamma = phase.structure.lattice.abcABG()
    laue = LAUE_GROUPS.index(phase.point_group.laue.name) + 1
    space_group = phase.space_group.number if phase.space_group is not None else 0
    lattice = f"{a:.4f};{b:.4f};{c:.4f}\t{alpha:.4f};{beta:.4f};{gamma:.4f}"
    return f"{lattice}\t{plain_name(phase, number)}\t{laue}\t{space_group}"


FORMAT = MapFormat(
    ".ctf", "Oxford, Bruker, ASTAR, EMsoft, MTEX", read_ctf, write_ctf, "oxford", unique_axis_b=True
)
