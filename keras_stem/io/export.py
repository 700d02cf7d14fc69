"""Export of maps to other programs: orix HDF5, EDAX ``.ang`` and Oxford ``.ctf``."""

from pathlib import Path

import h5py
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.axes import in_file_axes, orix_form, phase_text, rotation_from_file
from keras_stem.crystal.cell import lattice_text
from keras_stem.crystal.map_phases import in_other_cells, phases_of
from keras_stem.crystal.phase import CrystalPhase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.hdf5 import open_hdf5
from keras_stem.io.map_format import MapFormat
from keras_stem.io.map_grid import completed
from keras_stem.io.registry import writable_formats


def write_map(
    path: str | Path, crystal_map: CrystalMap, origin: dict[str, str], axes: str = "standard"
) -> None:
    """Write a map in the format given by the suffix of the path.

    Parameters
    ----------
    path
        Path of the file: ``.h5`` (orix), ``.ang`` (EDAX) or ``.ctf`` (Oxford).
    crystal_map
        Map with orientations in the convention of this package. Q and R are written if the map has them.
    origin
        Provenance of the map: "model", "scan" and others.
    axes
        Cells to which the orientations refer: "file" for the cells of the CIF files, for a program that uses
        these files; "standard" for the cells of the phases in this package.

    Raises
    ------
    KerasStemError
        If the suffix is unknown, or the path is a scan with patterns; if the map has points outside a
        rectangular grid, or, in text formats, a unit that is not a length or a phase without a point group.

    Notes
    -----
    Grid positions without a point are written as not indexed. The ``.h5`` format is lossless; the provenance
    is stored in the attributes of ``/crystal_map``. In ``.ang``, the angles are those of ``.h5`` (EDAX
    setting 3), Q is the image quality, R / 100 the confidence index, the step is in µm, and the space groups
    are lost. In ``.ctf``, the angles refer to Oxford's crystal axes, BC is Q as an integer, MAD is R / 100 as
    in ASTAR's files, BS is R as an integer, and the step is in µm.

    Programs derive the symmetry axes from the name of the Laue group. If the axes of a phase differ from
    them, the standard axes are those of a cell that conforms: the cell of orix in ``.h5`` and ``.ang``
    (`keras_stem.crystal.axes.orix_form`), and the same in ``.ctf`` except for monoclinic crystals, whose
    unique axis is b there.
    """
    path = Path(path)
    require_map_name(path)
    [known] = [one for one in writable_formats() if one.suffix == path.suffix.lower()]
    assert known.write is not None  # as in all writable formats
    known.write(path, _in_axes(completed(crystal_map), axes, known), origin)


def _in_axes(crystal_map: CrystalMap, axes: str, known: MapFormat) -> CrystalMap:
    """Return a map whose orientations refer to the cells that `axes` names in a format."""
    if axes == "file":
        crystal_map = in_other_cells(crystal_map, _file_cells(crystal_map))
    if known.lossless:
        return crystal_map
    for phase in phases_of(crystal_map).values():
        proper_point_group(phase)  # raises an error if missing, since text formats need it
    if axes == "standard":
        crystal_map = in_other_cells(crystal_map, _known_cells(crystal_map, known))
    return crystal_map


def axes_text(crystal_map: CrystalMap, axes: str) -> list[str]:
    """Return a line for each phase of a map with the cell to which exported orientations refer."""
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


def _known_cells(crystal_map: CrystalMap, known_format: MapFormat) -> dict[int, tuple[Phase, Rotation]]:
    """Return the cells whose axes agree with the conventions of the readers of a text format."""
    found = {number: (phase, orix_form(phase)) for number, phase in phases_of(crystal_map).items()}
    return {
        number: known
        for number, (phase, known) in found.items()
        if known[0] is not phase
        and not (known_format.unique_axis_b and proper_point_group(phase).name == "121")
    }


def require_map_name(path: Path) -> None:
    """Raise `KerasStemError` unless the suffix of a path is writable and no scan would be overwritten.

    A scan with patterns is never replaced by a map.
    """
    suffixes = [one.suffix for one in writable_formats()]
    if path.suffix.lower() not in suffixes:
        raise KerasStemError(f"Expected a map to end in {', '.join(suffixes)}, found {path.name}.")
    if not h5py.is_hdf5(path):
        return
    try:
        with open_hdf5(path) as file:
            scan = "Experiments" in file
    except OSError as error:
        raise KerasStemError(
            f"{path} is a broken HDF5 file, perhaps a scan; move it elsewhere first."
        ) from error
    if scan:
        raise KerasStemError(f"{path} is a scan with patterns; give the map another name.")
