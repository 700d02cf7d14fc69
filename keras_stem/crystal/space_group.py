"""Symmetry of the atoms of a cell, and the conventional cell of a crystal, determined with spglib."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace

import gemmi
import numpy as np
import spglib

from keras_stem.crystal.cell import Cell, lattice_constants, nearest_images, nearest_rotation, wrapped
from keras_stem.errors import KerasStemError

SYMMETRY_TOLERANCE = 0.01
"""Largest distance of atoms from their symmetric positions (Å)."""

_TOLERANCES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
"""Tolerances tried in turn to find the space group requested by a user (Å)."""

_HALL_NUMBERS = range(1, 531)


@dataclass(frozen=True, eq=False)
class CellSymmetry:
    """Symmetry of a cell.

    Parameters
    ----------
    number
        Space group number.
    symbol
        Space group symbol in the setting of the cell, such as "F d -3 m:2".
    rotations, translations
        Rotations and translations of the operations in fractional coordinates, shapes (n, 3, 3) and (n, 3).
    tolerance
        Tolerance of the symmetry determination (Å).
    """

    number: int
    symbol: str
    rotations: np.ndarray
    translations: np.ndarray
    tolerance: float


@dataclass(frozen=True, eq=False)
class ConventionalCell:
    """Crystal in the conventional setting of its space group.

    Parameters
    ----------
    cell
        Cell with its atoms at their symmetric positions.
    symmetry
        Symmetry of the cell.
    basis
        Shape (3, 3), vectors a, b and c as rows in terms of those of the original cell.
    origin
        Origin in the coordinates of the original cell.
    """

    cell: Cell
    symmetry: CellSymmetry
    basis: np.ndarray
    origin: np.ndarray


def find_symmetry(cell: Cell, tolerance: float | None = None, space_group: int | None = None) -> CellSymmetry:
    """Determine the symmetry of the atoms of a cell.

    Parameters
    ----------
    cell
        Unit cell with all its atoms.
    tolerance
        Largest distance of atoms from their symmetric positions (Å). The default is 0.01, or, for a given
        space group, the smallest of 0.01 to 0.3 that yields it.
    space_group
        Expected space group number, for slightly distorted atoms.

    Raises
    ------
    KerasStemError
        If the atoms do not have the expected space group, or spglib finds none.
    """
    tried = (SYMMETRY_TOLERANCE,) if space_group is None else _TOLERANCES
    found: list[CellSymmetry] = []
    for distance in (tolerance,) if tolerance is not None else tried:
        dataset = _dataset(cell, distance)
        if dataset is None:
            continue
        found.append(_symmetry_of(dataset, distance))
        if space_group in (None, dataset.number):
            return found[-1]
    if not found:
        raise KerasStemError("spglib finds no symmetry in these atoms; are two of them at one place?")
    groups = ", ".join(f"{one.number} ({one.symbol}) within {one.tolerance:g} Å" for one in found)
    raise KerasStemError(f"Expected atoms of space group {space_group}, found {groups}.")


def conventional_cell(cell: Cell, symmetry: CellSymmetry) -> ConventionalCell:
    """Return a crystal in the conventional setting of its space group.

    This is the first setting of the International Tables: hexagonal axes for R lattices, unique axis b for
    monoclinic lattices, and the origin on a centre of inversion where there are two choices.

    Parameters
    ----------
    cell
        Unit cell with all its atoms.
    symmetry
        Result of `find_symmetry`.
    """
    dataset = _dataset(cell, symmetry.tolerance, _conventional_hall_number(symmetry.number))
    if dataset is None:
        raise KerasStemError(f"spglib cannot bring these atoms to the setting of {symmetry.symbol}.")
    kinds = dict(zip(cell.types.tolist(), cell.species, strict=True))
    standard = Cell(
        lattice_constants(dataset.std_lattice),
        wrapped(dataset.std_positions),
        tuple(kinds[kind] for kind in dataset.std_types.tolist()),
        cell.motion,
    )
    operations = gemmi.symops_from_hall(_setting_type(dataset.hall_number).hall_symbol)
    rotations, translations = operation_arrays(operations)
    symbol = gemmi.find_spacegroup_by_ops(operations).xhm()
    own = CellSymmetry(symmetry.number, symbol, rotations, translations, symmetry.tolerance)
    inverse = np.linalg.inv(dataset.transformation_matrix)
    # x_standard = P x + p; the standard cell has (a, b, c) P^-1, as columns.
    return ConventionalCell(standard, own, inverse.T, -inverse @ dataset.origin_shift)


def symmetrized(cell: Cell, symmetry: CellSymmetry) -> Cell:
    """Return a cell with lattice and atoms symmetrised by averaging over its symmetry operations."""
    metric = np.mean([turn.T @ cell.base @ cell.base.T @ turn for turn in symmetry.rotations], axis=0)
    lengths = np.sqrt(np.diag(metric))
    cosines = metric / np.outer(lengths, lengths)
    angles = np.rad2deg(np.arccos([cosines[1, 2], cosines[0, 2], cosines[0, 1]]))
    moved = np.zeros_like(cell.positions)
    for turn, shift in zip(symmetry.rotations, symmetry.translations, strict=True):
        images = cell.positions @ turn.T + shift
        between = nearest_images(images[:, None] - cell.positions)
        nearest = np.linalg.norm(between @ cell.base, axis=-1).argmin(axis=1)
        moved[nearest] += between[np.arange(len(images)), nearest]
    positions = cell.positions + moved / len(symmetry.rotations)
    lattice = (*lengths.tolist(), *angles.tolist())
    return replace(cell, lattice=lattice, positions=wrapped(positions))


def rotation_between(old_base: np.ndarray, new_base: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the matrix that transforms Cartesian coordinates from the axes of one cell to another.

    Parameters
    ----------
    old_base, new_base
        Shapes (3, 3), vectors a, b and c of the two cells as rows, each in its own Cartesian axes.
    basis
        Shape (3, 3), the new vectors as rows in terms of the old ones.
    """
    return nearest_rotation(np.linalg.solve(basis @ old_base, new_base).T)


def _dataset(cell: Cell, tolerance: float, hall_number: int = 0):
    atoms = (cell.base, cell.positions, cell.types)
    try:
        return spglib.get_symmetry_dataset(atoms, symprec=tolerance, hall_number=hall_number)  # type: ignore[arg-type] # arrays are sequences
    except Exception:  # depending on its version, spglib raises its own errors or returns None
        return None


def _symmetry_of(dataset, tolerance: float) -> CellSymmetry:
    operations = gemmi.GroupOps(
        [
            _gemmi_operation(turn, shift)
            for turn, shift in zip(dataset.rotations, dataset.translations, strict=True)
        ]
    )
    group = gemmi.find_spacegroup_by_ops(operations)
    symbol = group.xhm() if group else f"{dataset.international} in axes of its own"
    return CellSymmetry(dataset.number, symbol, dataset.rotations, dataset.translations, tolerance)


def _gemmi_operation(turn: np.ndarray, shift: np.ndarray) -> gemmi.Op:
    operation = gemmi.Op()
    operation.rot = (turn * gemmi.Op.DEN).tolist()
    operation.tran = (np.rint(shift * gemmi.Op.DEN).astype(int) % gemmi.Op.DEN).tolist()
    return operation


def operation_arrays(operations: Iterable[gemmi.Op]) -> tuple[np.ndarray, np.ndarray]:
    """Return rotations, shape (n, 3, 3), and translations, shape (n, 3), of gemmi operations."""
    every = list(operations)
    rotations = np.array([operation.rot for operation in every]) // gemmi.Op.DEN
    return rotations, np.array([operation.tran for operation in every]) / gemmi.Op.DEN


def _setting_type(hall_number: int) -> spglib.SpaceGroupType:
    """Return the description of one of the 530 settings that spglib knows."""
    found = spglib.get_spacegroup_type(hall_number)
    assert found is not None  # only for numbers that spglib does not know
    return found


@functools.cache
def _conventional_hall_number(space_group: int) -> int:
    settings = [
        (number, kind.choice)
        for number in _HALL_NUMBERS
        if (kind := _setting_type(number)).number == space_group
    ]
    wanted = ("H", "2")
    return next((number for number, choice in settings if choice in wanted), settings[0][0])
