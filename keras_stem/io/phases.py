"""Phases described in the headers of text maps."""

from collections.abc import Sequence

from diffpy.structure import Lattice, Structure
from orix.crystal_map import CrystalMap, Phase

from keras_stem.crystal.plain_phase import require_lattice
from keras_stem.errors import KerasStemError
from keras_stem.io.text import one_line

LAUE_GROUPS = ("-1", "2/m", "mmm", "4/m", "4/mmm", "-3", "-3m", "6/m", "6/mmm", "m-3", "m-3m")
"""Laue groups in the order of their numbers in ``.ctf`` files, from 1."""


def read_phase(name: str, constants: Sequence[float], **symmetry: int | str) -> Phase:
    """Return a phase without atoms.

    Parameters
    ----------
    name
        Name of the phase.
    constants
        Lattice constants a, b, c (Å) and alpha, beta, gamma (degrees).
    symmetry
        The ``point_group`` or ``space_group``.

    Raises
    ------
    KerasStemError
        If the constants do not form a valid cell.
    """
    if len(constants) != 6:
        raise KerasStemError(f"Expected six lattice constants of the phase {name!r}, found {len(constants)}.")
    require_lattice(constants, f"the phase {name!r}")
    structure = Structure(lattice=Lattice(*constants), title=name)
    return Phase(name, structure=structure, **symmetry)


def plain_name(phase: Phase, number: int) -> str:
    """Return the name of a phase for text formats, such as "phase 1" if it has no name."""
    return one_line(phase.name) or f"phase {number}"


def indexed_phases(crystal_map: CrystalMap) -> list[tuple[int, Phase]]:
    """Return the number and phase of all phases of a map, except the entry of not indexed points."""
    return [(int(number), phase) for number, phase in crystal_map.phases if number >= 0]
