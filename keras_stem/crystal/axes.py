"""Descriptions of one crystal in several cells: rotations between them, and cells compatible with orix."""

from functools import cache
from itertools import product

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation, symmetry
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.cell import Cell, lattice_base, lattice_constants, lattice_text
from keras_stem.crystal.phase import (
    CrystalPhase,
    Setting,
    cell_of,
    phase_of_cell,
    plain_operations,
    structure_of,
)
from keras_stem.crystal.rotations import from_matrices
from keras_stem.crystal.scattering import reciprocal_base, reflections_within, structure_factors
from keras_stem.crystal.space_group import conventional_cell, find_symmetry, rotation_between
from keras_stem.crystal.symmetry import proper_point_group, same_operations
from keras_stem.errors import KerasStemError

LATTICE_TOLERANCE = 0.02
"""Largest relative difference of lattice constants, and difference of angles (radians), of one crystal."""

_AMPLITUDE_TOLERANCE = 0.1
"""Largest mean relative difference of the structure factors of one crystal."""

_COMPARED_RADIUS = 0.7
"""Radius up to which structure factors are compared (1/Å)."""

_READABLE = {"2": symmetry.C2z, "m": symmetry.Csz, "32": symmetry.D3x}
"""Point groups whose symbol orix 0.15 does not read correctly, with a substitute that it does."""

_SAME_REFLECTION = 0.2
"""Largest index difference of one reflection between cells that agree within the lattice tolerance."""

_ORIX_BASES = (
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((0, 0, 1), (1, 0, 0), (0, 1, 0)),  # monoclinic: unique axis b becomes c
    ((0, 1, 0), (0, 0, 1), (1, 0, 0)),  # unique axis a becomes c
    ((1, -1, 0), (0, 1, -1), (1, 1, 1)),  # rhombohedral axes become hexagonal
    ((2, 1, 0), (-1, 1, 0), (0, 0, 1)),  # 312, 31m, -31m: the H cell, three times as large
)
"""Cells, with rows in terms of a conventional cell, among which each group has one with the axes of orix."""


def rotation_from_file(phase: CrystalPhase) -> Rotation:
    """Return the rotation from the Cartesian axes of the cell in the file to those of the phase's cell.

    Both have e1 along a and e3 along c*. An orientation R, lab to crystal, that refers to the cell in the
    file is ``rotation_from_file(phase) * R`` with respect to the cell of the phase.
    """
    if not phase.setting.file_lattice:
        return Rotation.identity()
    bases = lattice_base(phase.setting.file_lattice), cell_of(phase).base
    return from_matrices(rotation_between(*bases, np.array(phase.setting.basis)))


def in_file_axes(phase: CrystalPhase) -> CrystalPhase:
    """Return a phase in the original cell of its file."""
    setting = phase.setting
    back = np.linalg.inv(setting.basis)
    operations = _in_basis(np.array(setting.operations), back)
    kept = Setting(
        setting.number, setting.said, plain_operations(operations),
        setting.file, setting.said, setting.file_lattice,
        tolerance=setting.tolerance, notes=setting.notes,
    )  # fmt: skip
    return phase_of_cell(phase.name, cell_of(phase).in_basis(back), kept, phase.color)


def orix_form(phase: Phase) -> tuple[Phase, Rotation]:
    """Return a phase whose symmetry axes are those that orix derives from its name, and the rotation to it.

    orix places the twofold axis of 2/m along c*, and those of -3m along a. A monoclinic crystal is converted
    to unique axis c (a, b, c become b, c, a), and a crystal of type 312, 31m or -31m to the H cell; a cell in
    an unusual setting is converted to the conventional one first. The space group is omitted, since orix
    supports only its first setting.

    Returns
    -------
    phase : Phase
        The phase itself if orix has its axes.
    rotation : Rotation
        Rotation from the crystal axes of the phase to those of the returned one: R becomes ``rotation * R``.
    """
    wanted, own = phase.point_group.laue_proper_subgroup, proper_point_group(phase)
    if same_operations(own, wanted):
        return phase, Rotation.identity()
    cell = cell_of(phase)
    for basis in _orix_bases(cell):
        moved = lattice_base(lattice_constants(basis @ cell.base))
        rotation = from_matrices(rotation_between(cell.base, moved, basis))
        turned = Symmetry((rotation * Rotation(own.data) * ~rotation).data)
        if same_operations(turned, wanted):
            group = _READABLE.get(phase.point_group.name, phase.point_group)
            structure = structure_of(phase.name, cell.in_basis(basis))
            return Phase(phase.name, point_group=group, structure=structure, color=phase.color), rotation
    return phase, Rotation.identity()


def _orix_bases(cell: Cell) -> list[np.ndarray]:
    bases = [np.array(basis, float) for basis in _ORIX_BASES]
    if not cell.species:
        return bases
    first = conventional_cell(cell, find_symmetry(cell)).basis
    return [*bases, *(basis @ first for basis in bases)]


def relation(first: Phase, second: Phase) -> Rotation | None:
    """Return the rotation between the crystal axes of two phases, if both describe the same crystal.

    Lattices are compared by their conventional cells within 2 %, and atoms by their structure factors within
    10 %, so that structures from different refinements or temperatures are considered equal. Phases without
    atoms are compared by lattice constants and symmetry.

    Returns
    -------
    Rotation or None
        An orientation R of the first phase is ``rotation * R`` of the second; None if the crystals differ.
    """
    cells = cell_of(first), cell_of(second)
    if not all(cell.species for cell in cells):
        alike = alike_lattices(*(cell.lattice for cell in cells))
        same = alike and same_operations(proper_point_group(first), proper_point_group(second))
        return Rotation.identity() if same else None
    standard = [conventional_cell(cell, find_symmetry(cell)) for cell in cells]
    if standard[0].symmetry.number != standard[1].symmetry.number:
        return None
    if not alike_lattices(*(one.cell.lattice for one in standard)):
        return None
    to_standard = [
        rotation_between(cell.base, one.cell.base, one.basis)
        for cell, one in zip(cells, standard, strict=True)
    ]
    for turn in _lattice_rotations(standard[1].cell):
        between = to_standard[1].T @ turn @ to_standard[0]
        if _difference(*cells, between) < _AMPLITUDE_TOLERANCE:
            return from_matrices(between)
    return None


def require_relation(first: Phase, second: Phase) -> Rotation:
    """Return the rotation of `relation` between two phases that have to be the same crystal.

    Raises
    ------
    KerasStemError
        If the phases are different crystals.
    """
    rotation = relation(first, second)
    if rotation is None:
        raise KerasStemError(
            f"Expected one crystal, found two: {phase_text(first)}, and {phase_text(second)}."
        )
    return rotation


def phase_text(phase: Phase) -> str:
    """Return a phase as text, such as "LiNiO2 (R-3m; 2.876, 2.876, 14.19 Å; 90, 90, 120°)"."""
    if isinstance(phase, CrystalPhase):
        group = phase.setting.symbol
    else:
        group = phase.space_group.short_name if phase.space_group else phase.point_group.name
    return f"{phase.name} ({group}; {lattice_text(phase.structure.lattice.abcABG())})"


def alike_lattices(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
    """Return whether lattice constants (Å, degrees) agree within temperature and calibration differences."""
    lengths = np.abs(np.array(first[:3]) / np.array(second[:3]) - 1)
    angles = np.abs(np.deg2rad(np.array(first[3:]) - np.array(second[3:])))
    return bool(max(lengths.max(), angles.max()) < LATTICE_TOLERANCE)


def _in_basis(operations: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return rotations in fractional coordinates, shape (n, 3, 3), transformed to another basis (rows)."""
    # x' = x M^-1 for rows, so that W' = M^-T W M^T for columns.
    return np.rint(np.linalg.inv(basis).T @ operations @ np.transpose(basis)).astype(int)


def _lattice_rotations(cell: Cell) -> list[np.ndarray]:
    """Return the rotational symmetries of a bare lattice, the identity first."""
    metric = cell.base @ cell.base.T
    turns = _proper_integer_matrices()
    same = np.isclose(turns @ metric @ turns.swapaxes(1, 2), metric, rtol=0.01, atol=0.05).all(axis=(1, 2))
    found = [rotation_between(cell.base, cell.base, turn.astype(float)) for turn in turns[same]]
    return sorted(found, key=lambda turn: -np.trace(turn))


@cache
def _proper_integer_matrices() -> np.ndarray:
    """Return the matrices of determinant 1 whose elements are -1, 0 or 1, shape (n, 3, 3)."""
    matrices = np.reshape(list(product((-1, 0, 1), repeat=9)), (-1, 3, 3))
    return matrices[np.rint(np.linalg.det(matrices)) == 1]


def _difference(first: Cell, second: Cell, between: np.ndarray) -> float:
    """Return the mean relative difference of abs(F), with the first crystal in the axes of the second."""
    indices = reflections_within(first, _COMPARED_RADIUS)
    theirs = indices @ reciprocal_base(first) @ between.T @ second.base.T
    # Some reflections of a larger or differently centred cell do not exist in the other.
    exist = np.abs(theirs - np.rint(theirs)).max(axis=1) < _SAME_REFLECTION
    ours, found = (
        np.abs(structure_factors(cell, np.rint(every).astype(int))) / cell.volume
        for cell, every in ((first, indices), (second, theirs))
    )
    found *= exist
    return float(np.sum(np.abs(ours - found)) / np.sum(ours))
