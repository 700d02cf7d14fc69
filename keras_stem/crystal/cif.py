"""Reading of crystal structures from CIF files with gemmi."""

import re
from dataclasses import dataclass
from pathlib import Path

import gemmi
import numpy as np
from diffsims.utils.lobato_scattering_params import ATOMIC_SCATTERING_PARAMS_LOBATO

from keras_stem.crystal.cell import SAME_PLACE, Cell, Species, lattice_base, merged_sites, nearest_images
from keras_stem.crystal.composition import check_composition, fits_formula, formula_of, require_occupancies
from keras_stem.crystal.plain_phase import require_lattice
from keras_stem.errors import KerasStemError, reason_of

_LARGEST_MOTION = 0.2
"""Largest U that is taken as thermal motion rather than a placeholder (Å²)."""

_SAYS_NOTHING = "?."
"""Placeholders for missing values in CIF files."""


@dataclass(frozen=True)
class CifCrystal:
    """Crystal structure described by a CIF file.

    Parameters
    ----------
    cell
        Unit cell with all atoms, in the axes of the file.
    space_group
        Space group symbol, with the setting if it is known, such as "F d -3 m:2".
    formula
        Number of atoms of each element in the formula of the file; empty without a formula.
    notes
        Warnings about suspicious content.
    """

    cell: Cell
    space_group: str
    formula: dict[str, float]
    notes: tuple[str, ...]


def read_cif(path: str | Path, block: str | None = None) -> CifCrystal:
    """Read the crystal structure of a CIF file with its full unit cell, in the axes of the file.

    Parameters
    ----------
    path
        The file.
    block
        Name of the data block, for files with several structures.

    Raises
    ------
    KerasStemError
        If the file is missing, is not a CIF file, has no structure, or several of which none is named; if it
        does not specify its symmetry, or the element or position of an atom.
    """
    found = _block(Path(path), block)
    structure = _structure(found, path)
    notes: list[str] = []
    if not structure.cell.is_crystal():
        raise KerasStemError(f"Expected lattice constants in {path}, found none.")
    lattice = structure.cell.parameters
    require_lattice(lattice, path)
    sites = [(np.array(site.fract.tolist()), _element(site, path), site.occ) for site in structure.sites]
    formula = formula_of(found)
    symbol, expanded = _expand(structure, sites, lattice, formula, path, notes)
    cell = Cell(lattice, *expanded, _motion(structure, notes))
    require_occupancies(cell, path)
    check_composition(cell, formula, notes)
    return CifCrystal(cell, symbol, formula, tuple(notes))


def _block(path: Path, name: str | None) -> gemmi.cif.Block:
    if not path.is_file():
        raise KerasStemError(f"Expected a CIF file, found nothing at {path}.")
    try:
        document = gemmi.cif.read(str(path))
    except (OSError, ValueError, RuntimeError, UnicodeDecodeError) as error:
        reason = reason_of(error).removeprefix(f"{path}:").rstrip(".")
        raise KerasStemError(f"Cannot read {path} as a CIF file: {reason}.") from error
    blocks = {block.name: block for block in document if block.find_values("_atom_site_fract_x")}
    if not blocks:
        raise KerasStemError(f"Expected atoms with fractional coordinates in {path}, found none.")
    if name is None and len(blocks) > 1:
        raise KerasStemError(
            f"{path} has {len(blocks)} structures ({', '.join(blocks)}); "
            f"name one, as {path}#{next(iter(blocks))}."
        )
    if name is not None and name not in blocks:
        raise KerasStemError(f"Expected one of the structures {', '.join(blocks)} of {path}, found {name!r}.")
    return blocks[name] if name is not None else next(iter(blocks.values()))


def _structure(block: gemmi.cif.Block, path: str | Path) -> gemmi.SmallStructure:
    try:
        return gemmi.make_small_structure_from_block(block)
    except (ValueError, RuntimeError) as error:  # a non-numeric value where a number is required
        raise KerasStemError(f"Cannot read the structure in {path}: {error}; correct the file.") from error


def _element(site: gemmi.SmallStructure.Site, path: str | Path) -> str:
    """Return the neutral element of a site, from its type symbol or else its label."""
    name = "H" if site.element.name == "D" else site.element.name
    if name not in ATOMIC_SCATTERING_PARAMS_LOBATO:
        text = site.type_symbol or site.label
        raise KerasStemError(f"The atom {site.label} of {path} ({text}) has no electron scattering factor.")
    if not np.isfinite(site.fract.tolist()).all():
        raise KerasStemError(f"The atom {site.label} of {path} has no coordinates.")
    return name


def _expand(
    structure, sites, lattice, formula, path, notes
) -> tuple[str, tuple[np.ndarray, tuple[Species, ...]]]:
    """Return the space group symbol and the sites of the full cell as positions and species."""
    candidates = _symmetries(structure, path, notes)
    cells = {name: _all_sites(sites, operations, lattice) for name, operations in candidates.items()}
    if len(cells) == 1:
        return next(iter(cells.items()))
    fitting = {name: cell for name, cell in cells.items() if fits_formula(Cell(lattice, *cell, {}), formula)}
    if len(fitting) != 1:
        names = " or ".join(cells)
        raise KerasStemError(
            f"{path} does not state the setting of its space group ({names}), and its formula does not "
            "decide; write one of them as _space_group_name_H-M_alt, or list the symmetry operations."
        )
    notes.append(f"The file does not state its setting; its formula fits {next(iter(fitting))} only.")
    return next(iter(fitting.items()))


def _symmetries(structure: gemmi.SmallStructure, path, notes: list[str]) -> dict[str, gemmi.GroupOps]:
    """Return the possible symmetry operations by symbol; two sets if the origin choice is ambiguous."""
    named = structure.spacegroup
    symbol = structure.spacegroup_hm.strip(_SAYS_NOTHING + " ")
    listed = _listed(structure, path)
    if listed is not None:
        group = gemmi.find_spacegroup_by_ops(listed)
        if symbol and named is not None and (group is None or group.number != named.number):
            notes.append(f"The file names {symbol}, but lists other symmetry operations, which are taken.")
        name = group.xhm() if group else symbol or f"{len(listed)} operations"
        return {name: listed}
    if symbol and (by_name := _by_name(symbol, structure.cell)) is not None:
        named = by_name
    elif symbol and structure.spacegroup_number == 0 and named is None:
        raise KerasStemError(f"Expected a space group that gemmi knows in {path}, found {symbol!r}.")
    if named is None and structure.spacegroup_number:
        named = gemmi.find_spacegroup_by_number(structure.spacegroup_number)
    if named is None:
        raise KerasStemError(
            f"{path} states no space group and lists no symmetry operations; write its space group, "
            "or P 1 if all atoms of the cell are listed."
        )
    return {group.xhm(): group.operations() for group in _same_symbol(named, symbol)}


def _listed(structure: gemmi.SmallStructure, path) -> gemmi.GroupOps | None:
    """Return the symmetry operations listed in the file, or None."""
    if not structure.symops:
        return None
    try:
        operations = gemmi.GroupOps([gemmi.Op(text) for text in structure.symops])
        operations.add_missing_elements()
    except (RuntimeError, ValueError) as error:
        raise KerasStemError(f"Cannot read the symmetry operations of {path}: {error}.") from error
    return operations


def _by_name(symbol: str, cell: gemmi.UnitCell) -> gemmi.SpaceGroup | None:
    """Return a space group by its symbol; S and Z are older notations of the origin choices 1 and 2."""
    for text in (symbol, re.sub(r"\s*S\s*$", ":1", symbol), re.sub(r"\s*Z\s*$", ":2", symbol)):
        if (found := gemmi.find_spacegroup_by_name(text, cell.alpha, cell.gamma)) is not None:
            return found
    return None


def _same_symbol(group: gemmi.SpaceGroup, symbol: str) -> list[gemmi.SpaceGroup]:
    """Return the settings of both origin choices if the symbol is ambiguous, otherwise only the group."""
    if group.ext not in ("1", "2") or re.search(r"[:SZ]\s*[12]?\s*$", symbol):
        return [group]
    return [
        other
        for other in gemmi.spacegroup_table()
        if (other.number, other.hm) == (group.number, group.hm) and other.ext in ("1", "2")
    ]


def _all_sites(
    sites: list[tuple[np.ndarray, str, float]], operations: gemmi.GroupOps, lattice: tuple[float, ...]
) -> tuple[np.ndarray, tuple[Species, ...]]:
    """Return the positions and species of the full cell."""
    base = lattice_base(lattice)
    all_operations = list(operations)
    turns = np.array([operation.rot for operation in all_operations]) / gemmi.Op.DEN
    shifts = np.array([operation.tran for operation in all_operations]) / gemmi.Op.DEN
    positions, species = [], []
    for place, element, occupancy in sites:
        orbit = _distinct((turns @ place + shifts) % 1.0, base)
        positions.extend(orbit)
        species += [((element, occupancy),)] * len(orbit)
    return merged_sites(lattice, np.array(positions), species)


def _distinct(images: np.ndarray, base: np.ndarray) -> list[np.ndarray]:
    """Return the distinct positions of an orbit, each the mean of images that differ by rounding."""
    left, found = images, []
    while len(left):
        between = nearest_images(left - left[0])
        near = np.linalg.norm(between @ base, axis=1) < SAME_PLACE
        found.append((left[0] + between[near].mean(axis=0)) % 1.0)
        left = left[~near]
    return found


def _motion(structure: gemmi.SmallStructure, notes: list[str]) -> dict[str, float]:
    """Return the mean U of each element with known thermal motion, and add warnings on implausible values."""
    known: dict[str, list[float]] = {}
    absurd = []
    for site in structure.sites:
        motion = site.u_iso or _equivalent(site, structure.cell)
        if motion > _LARGEST_MOTION:
            absurd.append(f"{site.label} ({motion:g} Å²)")
        elif motion > 0:
            known.setdefault(_element(site, ""), []).append(motion)
    if absurd:
        notes.append(f"U of {', '.join(absurd)} is not physical and is ignored.")
    return {element: float(np.mean(values)) for element, values in known.items()}


def _equivalent(site: gemmi.SmallStructure.Site, cell: gemmi.UnitCell) -> float:
    """Return the equivalent isotropic U: a third of the trace of the anisotropic U in Cartesian axes."""
    tensor = np.array(site.aniso.as_mat33().tolist())
    if not tensor.any():
        return 0.0
    # U refers to the axes a* a, b* b, c* c (Trueblood et al., Acta Cryst. A52 (1996) 770).
    orthogonal = np.array(cell.orth.mat.tolist())
    axes = orthogonal * np.linalg.norm(np.linalg.inv(orthogonal), axis=1)
    return float(np.trace(axes @ tensor @ axes.T)) / 3
