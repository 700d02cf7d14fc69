"""Symmetry operations of a phase, in the axes of its cell."""

import functools
from collections.abc import Iterable

import gemmi
import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import symmetry
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.cell import lattice_base, nearest_rotation
from keras_stem.crystal.phase import CrystalPhase
from keras_stem.crystal.rotations import from_matrices
from keras_stem.errors import KerasStemError

_ORIX_GROUPS = (
    symmetry.C1, symmetry.C2x, symmetry.C2y, symmetry.C2z, symmetry.D2, symmetry.C4, symmetry.D4, symmetry.C3,
    symmetry.D3, symmetry.D3y, symmetry.C6, symmetry.D6, symmetry.T, symmetry.O,
)  # fmt: skip
"""Proper point groups defined in orix, with their axes."""

_FITTING = 0.03
"""Largest change of a lattice vector, as a fraction of the cell, by an operation that fits the lattice."""

_SAME_OPERATION = 1e-4
"""Largest difference between the elements of equal rotation matrices."""


def proper_point_group(phase: Phase) -> Symmetry:
    """Return the rotations under which the diffraction patterns of a phase are invariant.

    They are the proper operations of the phase's Laue group, because diffraction adds a centre of
    inversion (Friedel's law). For a centrosymmetric crystal this is its proper point group: 32 for R-3m.

    The axes are those of the phase's own cell. Phases of this package store their operations. For other
    phases, the operations are those of the space group setting that fits the lattice; orix itself places the
    axis of every monoclinic group along c*, and the twofold axes of every group 32 along a.

    Raises
    ------
    KerasStemError
        If the phase has no point group.
    """
    if phase.point_group is None:
        raise KerasStemError(f"The phase {phase.name!r} has no point group, so its symmetry is unknown.")
    lattice = tuple(round(constant, 6) for constant in phase.structure.lattice.abcABG())
    if isinstance(phase, CrystalPhase):
        return _of_operations(phase.setting.operations, lattice)
    if phase.space_group is not None:
        known = _fitting_setting(phase.space_group.number, lattice)
        if known is not None:
            return _of_operations(known, lattice)
    return _fitting_group(phase.point_group, lattice)


def same_operations(first: Symmetry, second: Symmetry) -> bool:
    """Return whether two groups have the same rotations about the same axes."""
    turns = [group.to_matrix().reshape(-1, 9) for group in (first, second)]
    if len(turns[0]) != len(turns[1]):
        return False
    away = np.abs(turns[0][:, None] - turns[1]).max(axis=-1)
    return bool((away.min(axis=1) < _SAME_OPERATION).all())


@functools.cache
def _of_operations(operations: tuple, lattice: tuple[float, ...]) -> Symmetry:
    """Return the proper rotations of the Laue group from operations in fractional coordinates."""
    turns = np.array(operations)
    proper = np.unique(turns * np.rint(np.linalg.det(turns)).astype(int)[:, None, None], axis=0)
    base = lattice_base(lattice)
    matrices = [nearest_rotation(base.T @ turn @ np.linalg.inv(base).T) for turn in proper]
    found = Symmetry(from_matrices(np.array(matrices)).data)
    found.name = _name(proper)
    return next((group for group in _ORIX_GROUPS if same_operations(group, found)), found)


def _name(proper: np.ndarray) -> str:
    """Return the symbol of a rotation group with arbitrary axes from the orders of its rotations."""
    # The trace of a rotation by 360 / n: 3, -1, 0, 1, 2 for n = 1, 2, 3, 4, 6.
    orders = [{3: 1, -1: 2, 0: 3, 1: 4, 2: 6}[int(trace)] for trace in np.trace(proper, axis1=1, axis2=2)]
    if len(orders) in (12, 24) and orders.count(3) == 8:
        return "23" if len(orders) == 12 else "432"
    highest = max(orders)
    if len(orders) == highest:
        return str(highest)
    return {2: "222", 3: "32", 4: "422", 6: "622"}[highest]


@functools.cache
def _fitting_setting(number: int, lattice: tuple[float, ...]) -> tuple | None:
    """Return the operations of the first setting of a space group that fits a lattice, or None."""
    reference = gemmi.get_spacegroup_reference_setting(number)
    others = (group for group in gemmi.spacegroup_table() if group.number == number)
    for group in (reference, *others):
        turns = np.unique([operation.rot for operation in group.operations().sym_ops], axis=0) // gemmi.Op.DEN
        base = lattice_base(lattice)
        if _fits(base.T @ turns @ np.linalg.inv(base).T, base):
            return tuple(tuple(map(tuple, turn)) for turn in turns.tolist())
    return None


def _fitting_group(point_group: Symmetry, lattice: tuple[float, ...]) -> Symmetry:
    """Return the group of orix, with a monoclinic axis placed according to the lattice."""
    own = point_group.laue_proper_subgroup
    choices: Iterable[Symmetry] = (own,)
    if own.size == 2:
        choices = (own, symmetry.C2y, symmetry.C2z, symmetry.C2x)
    base = lattice_base(lattice)
    return next((one for one in choices if _fits(one.to_matrix().reshape(-1, 3, 3), base)), own)


def _fits(turns: np.ndarray, base: np.ndarray) -> bool:
    """Return whether rotations, shape (n, 3, 3), map a lattice onto itself, including lengths."""
    moved = base @ np.swapaxes(turns, -1, -2) @ np.linalg.inv(base)
    whole = np.abs(moved - np.rint(moved)).max() < _FITTING
    return bool(whole and np.abs(turns @ np.swapaxes(turns, -1, -2) - np.eye(3)).max() < _FITTING)
