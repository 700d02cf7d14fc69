"""Maps of other programs: their file, their phases and their frame, on a grid of this package."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from diffpy.structure import Lattice
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation

from keras_stem.crystal.frames import to_lab
from keras_stem.crystal.pairing import GivenPhase, PairedPhase, pair_phases, unpaired
from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import NOT_INDEXED, ForeignMap, from_crystal_map
from keras_stem.io.grid import PointGrid, find_grid
from keras_stem.io.map_grid import has_orientation, on_grid
from keras_stem.io.registry import frames, map_format, map_formats
from keras_stem.io.zspy import label_file


@dataclass(frozen=True)
class ImportedLabels:
    """Map of another program, or labels made of it.

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


def read_foreign_map(path: str | Path, frame: str, phases: Sequence[GivenPhase] = ()) -> ImportedLabels:
    """Read a map of another program on its own grid, without a scan.

    Parameters
    ----------
    path
        The file, in a format of `keras_stem.io.registry.map_formats`.
    phases
        Phases that replace those of the map, paired by `keras_stem.crystal.pairing.pair_phases`. A ``.csv``
        file has no phases of its own.
    frame
        Convention of the Euler angles, one of `keras_stem.io.registry.frames`.

    Raises
    ------
    KerasStemError
        If the file cannot be read or is incomplete, or its grid is hexagonal.
    """
    path = Path(path)
    return _on_own_grid(read_unplaced(path, phases), phases, frame, path)


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
    return placed(found, find_grid(found.x, found.y, path), chosen_phases(found, phases, False, path), frame)


def placed(
    found: ForeignMap, grid: PointGrid, chosen: tuple[list[PairedPhase], np.ndarray], frame: str
) -> ImportedLabels:
    """Return a map with its points at their places on a grid, in the convention of this package.

    Parameters
    ----------
    found
        Content of the file.
    grid
        Grid, and the place of each of the n points.
    chosen
        Phases, and the index of the phase of each point, shape (n,), as `chosen_phases` returns them.
    frame
        Convention of the Euler angles, one of `keras_stem.io.registry.frames`.
    """
    paired, phase_id = chosen
    rotations = _converted(found.rotations, phase_id, paired, frame)
    phases = {number: one.phase for number, one in enumerate(paired)}
    labels = on_grid(grid, rotations, phase_id, phases, found.properties, found.unit)
    without_orientation = int(np.sum((phase_id >= 0) & ~has_orientation(rotations)))
    return ImportedLabels(labels, found.without_reliability, without_orientation)


def read_unplaced(path: Path, phases: Sequence[GivenPhase]) -> ForeignMap:
    """Return the content of a map file, with its points as listed there.

    Parameters
    ----------
    path
        The file.
    phases
        Phases given by the user, which formats without a list of phases need.

    Raises
    ------
    KerasStemError
        If the file cannot be read.
    """
    path = label_file(path)
    if not path.is_file():
        raise KerasStemError(f"Expected a map, found nothing at {path}.")
    known = map_format(".h5" if h5py.is_hdf5(path) else path.suffix)
    if known is None:
        readable = ", ".join(f"{one.suffix} ({one.programs})" for one in map_formats())
        raise KerasStemError(
            f"Expected a map in one of the formats {readable}, found {path}; "
            "export it as one of them with the program that wrote it."
        )
    if not known.lists_phases and not phases:
        raise KerasStemError(f"{path} does not state its phases; give --cif FILE for each.")
    return known.read(path)


def chosen_phases(
    found: ForeignMap, given: Sequence[GivenPhase], ignore_symmetry: bool, path: Path
) -> tuple[list[PairedPhase], np.ndarray]:
    """Return the phases to use and their index (from 0, -1 if not indexed) at each point of the file.

    Parameters
    ----------
    found
        Content of the file, with n points.
    given
        Phases given by the user.
    ignore_symmetry
        Whether Laue groups and lattice constants of the file may differ from those of the given phases.
    path
        The file, for messages.

    Returns
    -------
    phases : list of PairedPhase
    phase_id : numpy.ndarray
        Shape (n,).

    Raises
    ------
    KerasStemError
        If a phase is missing, does not match, or has no point group.
    """
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
