"""Phases: the default one, those from CIF files, and their plain form for a model's card."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from diffpy.structure import Atom, Lattice, Structure
from orix.crystal_map import Phase
from orix.io.plugins.orix_hdf5 import dict2phase, phase2dict
from orix.quaternion import symmetry
from orix.quaternion.symmetry import Symmetry

from keras_stem.errors import KerasStemError

_MONOCLINIC = range(3, 16)
_TWOFOLD_AXES_BETWEEN_A = {149, 151, 153, 157, 159, 162, 163}
"""Space groups of the kinds 312, 31m and -31m."""


def linio2() -> Phase:
    """Return LiNiO2 (R-3m), the phase of the paper, with its unit cell filled.

    Returns
    -------
    Phase
        a = 2.876 Å, c = 14.19 Å; Ni (0, 0, 0), Li (0, 0, 1/2), O (0, 0, 0.242).
    """
    atoms = [Atom("Ni", [0, 0, 0]), Atom("Li", [0, 0, 0.5]), Atom("O", [0, 0, 0.242])]
    structure = Structure(atoms, lattice=Lattice(2.876, 2.876, 14.19, 90, 90, 120))
    return Phase("LiNiO2", space_group=166, structure=structure).expand_asymmetric_unit()


def load_phase(cif: str | Path | None = None, space_group: int | None = None) -> Phase:
    """Return the phase of a CIF file, or LiNiO2.

    Parameters
    ----------
    cif
        Path of the file; None for LiNiO2. The phase is named after the file.
    space_group
        Number of the space group, for files that say P 1 although the crystal has more symmetry. The file
        has to list the whole unit cell then.

    Returns
    -------
    Phase
        With the crystal axes e1 along a and e3 along c* (orix, EMsoft).

    Raises
    ------
    KerasStemError
        If the file is missing, is no CIF, or names no space group.
    """
    if cif is None:
        return linio2()
    try:
        phase = Phase.from_cif(cif)
    except Exception as error:  # diffpy raises its own, ValueError, KeyError and others
        raise KerasStemError(f"Cannot read {cif} as a CIF file: {_first_line(error)}.") from error
    if not len(phase.structure):
        raise KerasStemError(f"Expected atoms in {cif}, found none.")
    if space_group is not None:
        phase.space_group = space_group
    if phase.point_group is None:
        raise KerasStemError(f"{cif} names no space group; give its number with --space-group.")
    return phase


def load_phases(cifs: Sequence[str | Path], space_groups: Sequence[int]) -> list[Phase]:
    """Return the phases of CIF files, each with its space group where numbers are given.

    Raises
    ------
    KerasStemError
        If a file cannot be read, or the numbers of files and space groups differ.
    """
    if space_groups and len(space_groups) != len(cifs):
        raise KerasStemError(
            f"Expected a space group for each of {len(cifs)} CIF files, found {len(space_groups)}."
        )
    numbers = space_groups or [None] * len(cifs)
    return [load_phase(cif, number) for cif, number in zip(cifs, numbers, strict=True)]


def proper_point_group(phase: Phase) -> Symmetry:
    """Return the rotations under which a diffraction pattern of the phase stays the same.

    They are the proper operations of the phase's Laue group, because diffraction adds a centre of
    inversion (Friedel's law). For a centrosymmetric crystal this is its proper point group: 32 for R-3m.

    orix takes the axis of every monoclinic group along c*, and the twofold axes of every group 32 along a.
    Here they are where the space group has them.

    Raises
    ------
    KerasStemError
        If the phase has no point group.
    """
    if phase.point_group is None:
        raise KerasStemError(f"The phase {phase.name!r} has no point group, so its symmetry is unknown.")
    number = phase.space_group.number if phase.space_group is not None else None
    if number in _TWOFOLD_AXES_BETWEEN_A:
        return symmetry.D3y
    if number in _MONOCLINIC and phase.structure.lattice.gamma == 90:
        return symmetry.C2y  # unique axis b, the standard setting
    return phase.point_group.laue_proper_subgroup


def phase_to_dict(phase: Phase) -> dict[str, Any]:
    """Return the phase as plain JSON types; `phase_from_dict` brings it back."""
    return json.loads(json.dumps(phase2dict(phase), default=_to_builtin))


def phase_from_dict(plain: dict[str, Any]) -> Phase:
    """Return the phase that `phase_to_dict` described."""
    plain = json.loads(json.dumps(plain))
    plain["structure"]["lattice"]["baserot"] = np.asarray(plain["structure"]["lattice"]["baserot"])
    return dict2phase(plain)


def _to_builtin(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
