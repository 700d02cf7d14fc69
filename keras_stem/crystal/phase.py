"""Phases with the setting of their cell, the default phase, and the serialised form for model cards."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import gemmi
import numpy as np
from diffpy.structure import Atom, Lattice, Structure
from orix.crystal_map import Phase
from orix.io.plugins.orix_hdf5 import dict2phase, phase2dict
from pydantic import Field

from keras_stem.crystal.cell import Cell, Species, merged_sites, wrapped
from keras_stem.crystal.plain_phase import Angle, Matrix, SpaceGroupNumber, Vector, checked_phase
from keras_stem.crystal.scattering import structure_factors
from keras_stem.crystal.space_group import CellSymmetry, operation_arrays
from keras_stem.errors import KerasStemError
from keras_stem.schema import Positive, validated

_SETTING = "setting"
"""Key of the setting in the serialised form of a phase."""

_MOST_OPERATIONS = 48
"""Largest number of operations of a point group."""

_FINGERPRINT_ORDER = 3
"""Largest reflection index that enters the fingerprint."""


_Row = tuple[int, int, int]
Operations = Annotated[tuple[tuple[_Row, _Row, _Row], ...], Field(min_length=1, max_length=_MOST_OPERATIONS)]
Constants = tuple[Positive, Positive, Positive, Angle, Angle, Angle]


@dataclass(frozen=True)
class Setting:
    """Setting of a phase's cell: its space group, and its relation to the cell of the source file.

    Parameters
    ----------
    number
        Number of the space group determined from the atoms.
    symbol
        Symbol of that group in this cell, such as "F d -3 m:2".
    operations
        Rotations of the group in fractional coordinates, (n, 3, 3), without translations.
    file
        Name of the file, followed by # and the block name if it has several; "" for a built-in phase.
    said
        Symbol of the space group stated in the file.
    file_lattice
        a, b, c (Å) and alpha, beta, gamma (degrees) of the cell in the file.
    basis
        Vectors a, b and c of this cell as rows in terms of those of the file.
    origin
        Origin of this cell in the coordinates of the file.
    tolerance
        Tolerance of the symmetry determination (Å).
    notes
        Warnings about suspicious content of the file.
    """

    number: SpaceGroupNumber
    symbol: str
    operations: Operations
    file: str = ""
    said: str = ""
    file_lattice: Constants | tuple[()] = ()
    basis: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    origin: Vector = (0.0, 0.0, 0.0)
    tolerance: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether the axes differ from those of the file."""
        return not np.allclose(self.basis, np.eye(3))


class CrystalPhase(Phase):
    """Orix phase with the setting of its cell.

    orix derives the symmetry axes of a phase from the name of its point group; this class stores the
    operations in its actual cell.

    Parameters
    ----------
    name, space_group, structure
        Arguments of `orix.crystal_map.Phase`.
    setting
        Setting of the cell.
    color
        Argument of `orix.crystal_map.Phase`.
    """

    def __init__(
        self, name: str, space_group: int, structure: Structure, setting: Setting, color: str | None = None
    ):
        super().__init__(name, space_group=space_group, structure=structure, color=color)
        self.setting = setting


def linio2() -> CrystalPhase:
    """Return LiNiO2 (R-3m), the phase of the paper, with its full unit cell.

    Returns
    -------
    CrystalPhase
        a = 2.876 Å, c = 14.19 Å; Ni (0, 0, 0), Li (0, 0, 1/2), O (0, 0, 0.242).
    """
    group = gemmi.find_spacegroup_by_name("R -3 m:H")
    lattice = (2.876, 2.876, 14.19, 90.0, 90.0, 120.0)
    turns, shifts = operation_arrays(group.operations())
    places: list[np.ndarray] = []
    species: list[Species] = []
    for element, height in (("Ni", 0.0), ("Li", 0.5), ("O", 0.242)):
        orbit = (turns @ [0, 0, height] + shifts) % 1.0
        places.extend(np.unique(np.round(orbit, 9) % 1.0, axis=0))
        species += [((element, 1.0),)] * (len(places) - len(species))
    cell = Cell(lattice, np.array(places), tuple(species), {})
    symmetry = CellSymmetry(group.number, group.xhm(), turns, shifts, 0.0)
    return phase_of_cell("LiNiO2", cell, setting_of(symmetry, "", group.xhm(), lattice))


def cell_of(phase: Phase) -> Cell:
    """Return the unit cell of a phase with its atoms.

    orix rotates the lattice of a structure to its own axes together with the atoms, whose coordinates then
    refer to the standard lattice of diffpy; this function converts them back to fractions of the cell.
    """
    structure = phase.structure
    lattice = structure.lattice
    if not len(structure):
        return Cell(lattice.abcABG(), np.zeros((0, 3)), (), {})
    back = lattice.base @ np.linalg.inv(lattice.stdbase)
    positions = np.array([atom.xyz for atom in structure]) @ back
    sites = [((atom.element, float(atom.occupancy)),) for atom in structure]
    motion: dict[str, list[float]] = {}
    for atom in structure:
        if atom.Uisoequiv > 0:
            motion.setdefault(atom.element, []).append(atom.Uisoequiv)
    means = {element: float(np.mean(values)) for element, values in motion.items()}
    return Cell(lattice.abcABG(), *merged_sites(lattice.abcABG(), wrapped(positions), sites), means)


def thermal_factors(phase: Phase) -> dict[str, float]:
    """Return the Debye-Waller factor B of each element (Å²) for diffsims; unknown ones are absent."""
    return {element: 8 * np.pi**2 * motion for element, motion in cell_of(phase).motion.items()}


def fingerprint(phase: Phase) -> str:
    """Return the SHA-256 of the crystal structure of a phase in its cell, 16 hexadecimal digits.

    It is equal for the same crystal regardless of file, name and origin. Lattice constants are rounded to
    0.001 Å and 0.01 degrees; occupancies, coordinates and thermal motion enter through the structure factors.
    """
    cell = cell_of(phase)
    order = np.arange(-_FINGERPRINT_ORDER, _FINGERPRINT_ORDER + 1)
    indices = np.stack(np.meshgrid(order, order, order, indexing="ij"), axis=-1).reshape(-1, 3)
    parts = [np.round(cell.lattice[:3], 3).tolist(), np.round(cell.lattice[3:], 2).tolist()]
    if cell.species:
        amplitudes = np.abs(structure_factors(cell, indices))
        # Relative to the strongest; the offset avoids rounding steps at which symmetry places many values.
        parts.append(np.round(amplitudes / amplitudes.max() + 0.00037, 3).tolist())
        parts.append(sorted((name, round(count, 2)) for name, count in cell.composition.items()))
    number = phase.space_group.number if phase.space_group is not None else None
    return hashlib.sha256(json.dumps([*parts, number]).encode()).hexdigest()[:16]


def names_apart(phases: Sequence[Phase]) -> list[str]:
    """Return a unique name for each phase, by appending a number to names that occur several times."""
    names = [phase.name or "phase" for phase in phases]
    return [
        f"{name}-{names[:place].count(name) + 1}" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


def phase_to_dict(phase: Phase) -> dict[str, Any]:
    """Return a phase as JSON-compatible types; the inverse of `phase_from_dict`."""
    plain = json.loads(json.dumps(phase2dict(phase), default=_to_builtin))
    if isinstance(phase, CrystalPhase):
        plain[_SETTING] = json.loads(json.dumps(asdict(phase.setting)))
    return plain


def phase_from_dict(plain: Any, where: object = "a phase") -> Phase:
    """Return the phase serialised by `phase_to_dict`.

    Parameters
    ----------
    plain
        Output of `phase_to_dict`; values from a file are validated.
    where
        Name of the source in messages.

    Raises
    ------
    KerasStemError
        If a part is missing or invalid for a crystal; the message names it.
    """
    found = checked_phase(plain, where)
    lattice = found["structure"]["lattice"]
    lattice["baserot"] = np.asarray(lattice["baserot"])
    if found["space_group"] != "None":
        found["point_group"] = "None"  # orix takes its own name "32" for 321, and drops the space group
    phase = dict2phase(found)
    if found[_SETTING] is None:
        return phase
    setting = _checked_setting(found[_SETTING], f"the setting of {where}")
    return CrystalPhase(phase.name, setting.number, phase.structure, setting, phase.color)


def _checked_setting(plain: Any, where: object) -> Setting:
    """Return a setting whose matrices are valid for a cell and a point group."""
    setting = validated(Setting, plain, where)
    if not np.linalg.det(setting.basis) > 0.01:
        raise KerasStemError(f"Expected basis in {where} to be of a cell, found {setting.basis}.")
    if not np.allclose(np.abs(np.linalg.det(setting.operations)), 1):
        raise KerasStemError(f"Expected operations in {where} to be those of a point group.")
    return setting


def setting_of(
    symmetry: CellSymmetry,
    file: str,
    said: str,
    lattice: Constants | tuple[()],
    basis: np.ndarray | None = None,
    origin: np.ndarray | None = None,
    notes: Sequence[str] = (),
) -> Setting:
    """Return the setting of a cell with a symmetry; the arguments are described in `Setting`."""
    turns = np.unique(symmetry.rotations, axis=0)
    basis = np.eye(3) if basis is None else basis
    origin = np.zeros(3) if origin is None else origin
    return Setting(
        symmetry.number, symmetry.symbol, plain_operations(turns), file, said, lattice,
        _clean(basis), _clean(origin), symmetry.tolerance, tuple(notes),
    )  # fmt: skip


def phase_of_cell(name: str, cell: Cell, setting: Setting, color: str | None = None) -> CrystalPhase:
    """Return the phase with a cell and its setting."""
    return CrystalPhase(name, setting.number, structure_of(name, cell), setting, color)


def structure_of(name: str, cell: Cell) -> Structure:
    """Return a cell as a structure for phases in orix and patterns in diffsims."""
    atoms = [
        Atom(element, place, f"{element}{number}", occupancy, Uisoequiv=cell.motion.get(element, 0.0))
        for number, (place, species) in enumerate(zip(cell.positions, cell.species, strict=True), start=1)
        for element, occupancy in species
    ]
    return Structure(atoms, lattice=Lattice(*cell.lattice), title=name)


def _clean(values: np.ndarray) -> tuple:
    return _tuples((np.round(values, 9) + 0.0).tolist())


def plain_operations(operations: np.ndarray) -> tuple[tuple[_Row, _Row, _Row], ...]:
    """Return rotations in fractional coordinates, shape (n, 3, 3), as tuples."""
    return _tuples(np.asarray(operations).tolist())


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list | tuple) else value


def _to_builtin(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)
