"""Composition of a unit cell, compared with the formula of its CIF file."""

import re
from pathlib import Path

import gemmi
import numpy as np

from keras_stem.crystal.cell import Cell, nearest_images
from keras_stem.crystal.plain_phase import LARGEST_OCCUPANCY
from keras_stem.errors import KerasStemError

_COMPOSITION_TOLERANCE = 0.05
"""Relative tolerance between formula and atoms, since formulas are rounded and occupancies refined."""


def formula_of(block: gemmi.cif.Block) -> dict[str, float]:
    """Return the number of atoms of each element in the formula of a CIF block; {} if there is none."""
    text = block.find_value("_chemical_formula_sum") or ""
    parts = re.findall(r"([A-Z][a-z]?)(\d*\.?\d*)", gemmi.cif.as_string(text))
    found: dict[str, float] = {}
    for name, count in parts:
        element = "H" if name in ("D", "T") else name
        found[element] = found.get(element, 0.0) + float(count or 1)
    return found


def fits_formula(cell: Cell, formula: dict[str, float]) -> bool:
    """Return whether the composition of a cell matches a formula, ignoring hydrogen."""
    shares = []
    for counts in (cell.composition, formula):
        heavy = {element: count for element, count in counts.items() if element != "H"}
        total = sum(heavy.values()) or 1.0
        shares.append({element: count / total for element, count in heavy.items()})
    elements = set(shares[0]) | set(shares[1])
    return all(
        abs(shares[0].get(one, 0) - shares[1].get(one, 0)) <= _COMPOSITION_TOLERANCE * shares[1].get(one, 0.1)
        for one in elements
    )


def require_occupancies(cell: Cell, path: str | Path) -> None:
    """Raise `KerasStemError` unless the occupancies of all sites are those of a crystal."""
    for element, occupancy in (one for species in cell.species for one in species):
        if not 0 <= occupancy <= LARGEST_OCCUPANCY:
            raise KerasStemError(
                f"Expected an occupancy of {element} from 0 to {LARGEST_OCCUPANCY} in {path}, "
                f"found {occupancy:g}; correct the file."
            )


def check_composition(cell: Cell, formula: dict[str, float], notes: list[str]) -> None:
    """Add warnings on physically implausible structures."""
    if formula and not fits_formula(cell, formula):
        expected, found = (composition_text(counts) for counts in (formula, cell.composition))
        notes.append(f"The formula of the file is {expected}, but its atoms are {found}.")
    full = [sum(occupancy for _, occupancy in species) for species in cell.species]
    if max(full) > 1.01:
        notes.append(f"A site is occupied {max(full):.2f} times.")
    if (nearest := shortest_distance(cell)) < 0.5:
        notes.append(f"Two sites are only {nearest:.2f} Å apart.")
    volume = cell.volume / sum(cell.composition.values())
    if not 4 <= volume <= 60:
        notes.append(f"Each atom has a volume of {volume:.1f} Å³, which no crystal has.")


def shortest_distance(cell: Cell) -> float:
    """Return the shortest distance between two sites, including periodic images (Å)."""
    between = nearest_images(cell.positions[:, None] - cell.positions)
    images = np.stack(np.meshgrid(*3 * [(-1, 0, 1)]), axis=-1).reshape(-1, 3)
    lengths = np.linalg.norm((between[:, :, None] + images) @ cell.base, axis=-1)
    return float(np.where(lengths < 1e-6, np.inf, lengths).min())


def composition_text(counts: dict[str, float]) -> str:
    """Return a composition as text, such as "Li8 Mn16 O32"."""
    return " ".join(
        f"{element}{count:.3g}" if abs(count - 1) > 1e-6 else element for element, count in counts.items()
    )
