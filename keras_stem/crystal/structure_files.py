"""Loading of phases from CIF files."""

from dataclasses import dataclass
from pathlib import Path

import gemmi
import numpy as np

from keras_stem.crystal.cell import Cell
from keras_stem.crystal.cif import CifCrystal, read_cif
from keras_stem.crystal.phase import CrystalPhase, linio2, phase_of_cell, setting_of
from keras_stem.crystal.space_group import (
    CellSymmetry,
    ConventionalCell,
    conventional_cell,
    find_symmetry,
    symmetrized,
)
from keras_stem.errors import KerasStemError

_MONOCLINIC = range(3, 16)


@dataclass(frozen=True)
class CrystalFile:
    """Crystal structure specified by a CIF file and the options for choosing its cell.

    Parameters
    ----------
    cif
        Path of the file, followed by # and a block name if it has several structures; None for LiNiO2.
    space_group
        Expected space group number, for slightly distorted atoms.
    keep_cell
        Whether to keep the cell of the file; otherwise it is converted to the conventional setting.
    symmetry_tolerance
        Largest distance of atoms from their symmetric positions (Å), an argument of
        `keras_stem.crystal.space_group.find_symmetry`.
    """

    cif: str | None = None
    space_group: int | None = None
    keep_cell: bool = False
    symmetry_tolerance: float | None = None

    def __post_init__(self):
        if self.space_group is not None and not 1 <= self.space_group <= 230:
            raise KerasStemError(f"Expected a space group from 1 to 230, found {self.space_group}.")
        if self.symmetry_tolerance is not None and not 0 < self.symmetry_tolerance <= 1:
            raise KerasStemError(
                f"Expected a symmetry tolerance above 0 and up to 1 Å, found {self.symmetry_tolerance:g} Å."
            )

    def load(self, name: str | None = None) -> CrystalPhase:
        """Return the phase, as in `load_phase`."""
        if self.cif is None:
            return linio2()
        path, block = split_block(self.cif)
        crystal = read_cif(path, block)
        symmetry = find_symmetry(crystal.cell, self.symmetry_tolerance, self.space_group)
        found = _brought(crystal.cell, symmetry, self.keep_cell)
        setting = setting_of(
            found.symmetry,
            path.name if block is None else f"{path.name}#{block}",
            crystal.space_group,
            crystal.cell.lattice,
            found.basis,
            found.origin,
            (*crystal.notes, *_symmetry_notes(crystal, symmetry)),
        )
        return phase_of_cell(name or block or path.stem, found.cell, setting)


def load_phase(
    cif: str | Path | None = None,
    space_group: int | None = None,
    keep_cell: bool = False,
    symmetry_tolerance: float | None = None,
    name: str | None = None,
) -> CrystalPhase:
    """Return the phase of a CIF file, or LiNiO2.

    The symmetry is determined from the atoms, regardless of the symbol in the file. The cell is converted to
    the conventional setting: hexagonal axes for R lattices, unique axis b and the shortest a and c for
    monoclinic crystals, and the origin on a centre of inversion if there is one. A cell that is already in
    this setting keeps its axes. The result, and the transformation from the axes of the file, are stored in
    ``phase.setting``.

    Parameters
    ----------
    cif, space_group, keep_cell, symmetry_tolerance
        Parameters of `CrystalFile`.
    name
        Name of the phase; the file name without its suffix by default.

    Returns
    -------
    CrystalPhase
        An `orix.crystal_map.Phase` with the crystal axes e1 along a and e3 along c* (orix, EMsoft), neutral
        elements, and all atoms of the cell.

    Raises
    ------
    KerasStemError
        If the file is missing or is not a CIF file; if it does not specify its atoms or symmetry, has several
        structures, or an element without a scattering factor; or if the atoms do not have the expected space
        group.
    """
    file = CrystalFile(None if cif is None else str(cif), space_group, keep_cell, symmetry_tolerance)
    return file.load(name)


def split_block(cif: str | Path) -> tuple[Path, str | None]:
    """Return the path of a CIF file and the block name, which follows # in the text."""
    text = str(cif)
    head, mark, tail = text.rpartition("#")
    if mark and not Path(text).exists():
        return Path(head), tail
    return Path(text), None


def _brought(cell: Cell, symmetry: CellSymmetry, keep: bool) -> ConventionalCell:
    """Return the cell of a phase: that of the file, if kept or conventional, or the conventional one."""
    standard = conventional_cell(cell, symmetry)
    conventional = symmetry.symbol == standard.symmetry.symbol and symmetry.number not in _MONOCLINIC
    if keep or conventional:
        return ConventionalCell(symmetrized(cell, symmetry), symmetry, np.eye(3), np.zeros(3))
    return standard


def _symmetry_notes(crystal: CifCrystal, symmetry: CellSymmetry) -> list[str]:
    said = gemmi.find_spacegroup_by_name(crystal.space_group)
    if said is None or said.number == symmetry.number:
        return []
    return [
        f"The file says {crystal.space_group}; its atoms have the symmetry of {symmetry.symbol} "
        f"({symmetry.number}) within {symmetry.tolerance:g} Å."
    ]
