"""Maps written for other programs: orix HDF5, EDAX's .ang, Oxford's .ctf."""

import re
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import orix.io
from orix.crystal_map import CrystalMap, Phase, PhaseList
from orix.quaternion import Rotation

from keras_stem.crystal.axes import in_file_axes, orix_form, phase_text, rotation_from_file
from keras_stem.crystal.cell import lattice_text
from keras_stem.crystal.frames import from_lab
from keras_stem.crystal.phase import CrystalPhase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.scan.labels import grid_shape, in_other_cells, phases_of, write_labels
from keras_stem.version import __version__

MICROMETRES = {"nm": 1e-3, "um": 1.0, "µm": 1.0, "μm": 1.0, "Å": 1e-4, "A": 1e-4}
"""Both text formats count in µm. Steps in other units, such as px, are written as they are."""

SUFFIXES = (".h5", ".ang", ".ctf")
"""Of orix, EDAX and Oxford."""

_LAUE_NUMBERS = {
    name: number + 1
    for number, name in enumerate(
        ("-1", "2/m", "mmm", "4/m", "4/mmm", "-3", "-3m", "6/m", "6/mmm", "m-3", "m-3m")
    )
}
_CTF_HEADER = """Channel Text File
Prj\tkeras_stem
Author\tkeras_stem {version}; {origin}
JobMode\tGrid
XCells\t{columns}
YCells\t{rows}
XStep\t{step}
YStep\t{step}
AcqE1\t0
AcqE2\t0
AcqE3\t0
Euler angles refer to Sample Coordinate system (CS0)!\tMag\t1\tCoverage\t100\tDevice\t0\tKV\t0\
\tTiltAngle\t0\tTiltAxis\t0
Phases\t{count}
{phases}
Phase\tX\tY\tBands\tError\tEuler1\tEuler2\tEuler3\tMAD\tBC\tBS
"""
_EDAX_CODES = {"112": "2", "121": "20"}
"""Of monoclinic groups with the axis c and b, where orix writes their symbols."""

_NO_SOLUTION = 3
"""Oxford's error code of points that are not indexed."""


def write_map(
    path: str | Path, crystal_map: CrystalMap, origin: dict[str, str], axes: str = "standard"
) -> None:
    """Write a map in the format that the suffix names.

    Parameters
    ----------
    path
        ``.h5`` (orix), ``.ang`` (EDAX) or ``.ctf`` (Oxford).
    crystal_map
        The map, with orientations as this package has them. Q and R are written where it has them.
    origin
        What made it: "model", "scan" and others.
    axes
        "file" for orientations that refer to the cells of the CIF files, for a program that has them;
        "standard" for the cells that the phases have here.

    Raises
    ------
    KerasStemError
        If the suffix is another one, or a scan with patterns is there.

    Notes
    -----
    In ``.h5`` nothing is lost; the origin stands in the attributes of ``/crystal_map``. In ``.ang`` the
    angles are those of ``.h5`` (EDAX setting 3), Q is the image quality, R / 100 the confidence index, the
    step is in µm, and the space groups are lost. In ``.ctf`` the angles refer to Oxford's crystal axes, BC is
    Q as an integer, MAD is R / 100 as in ASTAR's files, BS is R as an integer, and the step is in µm.

    Programs derive the axes of symmetry from the name of the Laue group. Where a phase has others, the
    standard axes are those of a cell that has them: orix's in ``.h5`` and ``.ang``
    (`keras_stem.crystal.axes.orix_form`), and the same in ``.ctf`` but for monoclinic crystals, whose unique
    axis is b there.
    """
    path = Path(path)
    require_map_name(path)
    if axes == "file":
        crystal_map = in_other_cells(crystal_map, _file_cells(crystal_map))
    suffix = path.suffix.lower()
    if axes == "standard" and suffix != ".h5":
        crystal_map = in_other_cells(crystal_map, _known_cells(crystal_map, suffix))
    writers: dict[str, Callable] = {".h5": _write_orix, ".ang": _write_ang, ".ctf": _write_ctf}
    writers[suffix](path, crystal_map, origin)


def axes_text(crystal_map: CrystalMap, axes: str) -> list[str]:
    """Return a line about each phase of a map that says which cell exported orientations refer to."""
    lines = []
    for phase in phases_of(crystal_map).values():
        if isinstance(phase, CrystalPhase) and axes == "file" and phase.setting.file:
            cell = (
                f"of {phase.setting.file}, {phase.setting.said}, {lattice_text(phase.setting.file_lattice)}"
            )
        else:
            cell = f"standard, {phase_text(phase)}"
        lines.append(f"{phase.name}: axes {cell}")
    return lines


def _file_cells(crystal_map: CrystalMap) -> dict[int, tuple[Phase, Rotation]]:
    return {
        number: (in_file_axes(phase), ~rotation_from_file(phase))
        for number, phase in phases_of(crystal_map).items()
        if isinstance(phase, CrystalPhase) and phase.setting.moved
    }


def _known_cells(crystal_map: CrystalMap, suffix: str) -> dict[int, tuple[Phase, Rotation]]:
    """Return the cells in which the readers of a text format know the axes of the phases."""
    found = {number: (phase, orix_form(phase)) for number, phase in phases_of(crystal_map).items()}
    return {
        number: known
        for number, (phase, known) in found.items()
        if known[0] is not phase and not (suffix == ".ctf" and proper_point_group(phase).name == "121")
    }


def require_map_name(path: Path) -> None:
    """Raise `KerasStemError` unless a map can be written to a path: by its suffix, and what is there.

    A scan with patterns is never replaced by a map.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise KerasStemError(f"Expected a map to end in {', '.join(SUFFIXES)}, found {path.name}.")
    if not h5py.is_hdf5(path):
        return
    try:
        with h5py.File(path) as file:
            scan = "Experiments" in file
    except OSError as error:
        raise KerasStemError(f"{path} is a broken HDF5 file, perhaps a scan; move it away first.") from error
    if scan:
        raise KerasStemError(f"{path} is a scan with patterns; give the map another name.")


def _write_orix(path: Path, crystal_map: CrystalMap, origin: dict[str, str]) -> None:
    with h5py.File(path, "w") as file:
        write_labels(file, crystal_map, origin)


def _write_ang(path: Path, crystal_map: CrystalMap, origin: dict[str, str]) -> None:
    properties = {}
    quality, reliability = _qualities(crystal_map)
    if quality is not None:
        properties["Q"] = quality
    if reliability is not None:
        properties["confidence"] = reliability / 100
    scale = MICROMETRES.get(crystal_map.scan_unit, 1.0)
    y, x = (np.zeros(crystal_map.size) if a is None else a * scale for a in (crystal_map.y, crystal_map.x))
    plain = CrystalMap(
        Rotation(crystal_map.rotations.data.reshape(crystal_map.size, -1, 4)[:, 0]),
        phase_id=crystal_map.phase_id,
        x=x,
        y=y,
        phase_list=PhaseList([_laue_phase(phase) for number, phase in crystal_map.phases if number >= 0]),
        prop=properties,
        scan_unit="um",
    )
    names = {"image_quality_prop": "Q" if "Q" in properties else None}
    names["confidence_index_prop"] = "confidence" if "confidence" in properties else None
    orix.io.save(path, plain, overwrite=True, **{key: name for key, name in names.items() if name})
    body = re.sub(
        r"(Symmetry +)(112|121)\n", lambda found: found[1] + _EDAX_CODES[found[2]] + "\n", path.read_text()
    )
    path.write_text(f"# keras_stem {__version__}; {_told(origin)}; angles as in EDAX setting 3\n{body}")


def _laue_phase(phase: Phase) -> Phase:
    """Return a phase with the Laue group that its operations have, which is what EDAX's symmetry is."""
    group = proper_point_group(phase)
    laue = group if group.name == "121" else phase.point_group.laue.name
    return Phase(phase.name, point_group=laue, structure=phase.structure)


def _write_ctf(path: Path, crystal_map: CrystalMap, origin: dict[str, str]) -> None:
    rows, columns = grid_shape(crystal_map)
    scale = MICROMETRES.get(crystal_map.scan_unit, 1.0)
    ids = [index for index in crystal_map.phases.ids if index >= 0]
    phases = [crystal_map.phases[index] for index in ids]
    header = _CTF_HEADER.format(
        version=__version__,
        origin=_told(origin),
        columns=columns,
        rows=rows,
        step=f"{(crystal_map.dx or crystal_map.dy or 1.0) * scale:.10g}",
        count=len(phases),
        phases="\n".join(_ctf_phase(phase) for phase in phases),
    )
    number = np.zeros(crystal_map.size, int)
    euler = np.zeros((crystal_map.size, 3))
    rotations = crystal_map.rotations.data.reshape(crystal_map.size, -1, 4)[:, 0]
    for k, index in enumerate(ids):
        chosen = crystal_map.phase_id == index
        number[chosen] = k + 1
        turned = from_lab(Rotation(rotations[chosen]), "oxford", phases[k].structure.lattice)
        euler[chosen] = np.rad2deg(turned.to_euler())
    q, r = (np.zeros(crystal_map.size) if known is None else known for known in _qualities(crystal_map))
    y, x = (np.zeros(crystal_map.size) if a is None else a * scale for a in (crystal_map.y, crystal_map.x))
    indexed = number > 0
    bands, error = np.where(indexed, 8, 0), np.where(indexed, 0, _NO_SOLUTION)
    table = np.column_stack(
        [number, x, y, bands, error, euler, r / 100, np.rint(np.maximum(q, 0)), np.rint(r)]
    )
    formats = ["%d", "%.6f", "%.6f", "%d", "%d", "%.4f", "%.4f", "%.4f", "%.4f", "%d", "%d"]
    with path.open("w") as file:
        file.write(header)
        np.savetxt(file, table, formats, delimiter="\t")


def _ctf_phase(phase) -> str:
    a, b, c, alpha, beta, gamma = phase.structure.lattice.abcABG()
    laue = phase.point_group.laue.name
    space_group = phase.space_group.number if phase.space_group is not None else 0
    lattice = f"{a:.4f};{b:.4f};{c:.4f}\t{alpha:.4f};{beta:.4f};{gamma:.4f}"
    return f"{lattice}\t{phase.name}\t{_LAUE_NUMBERS[laue]}\t{space_group}"


def _qualities(crystal_map: CrystalMap) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return what stands for Q and for R: of predictions, their own, and not those of the labels."""
    found = []
    for names in (("agreement", "Q"), ("reliability", "R")):
        known = [np.asarray(crystal_map.prop[name]) for name in names if name in crystal_map.prop]
        found.append(known[0] if known else None)
    return found[0], found[1]


def _told(origin: dict[str, str]) -> str:
    """Return an origin in one line without characters that end a line or column."""
    text = ", ".join(f"{key} {value}" for key, value in origin.items() if key in ("model", "method", "scan"))
    return " ".join(text.split())
