"""The crystals of the test sets, as CIF files, and as plain arrays for other programs."""

from functools import cache
from pathlib import Path

import gemmi
import numpy as np

from keras_stem.crystal.phase import CrystalPhase, cell_of
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError

FOLDER = Path(__file__).parent / "crystals"

PLAIN_DISPLACEMENT = 0.08
"""Root mean square displacement of elements whose file has none (Å)."""


def cif(crystal: str) -> Path:
    """Return the CIF file of a crystal: the path itself, or a file of this folder without its suffix."""
    return Path(crystal) if crystal.endswith(".cif") else FOLDER / f"{crystal}.cif"


@cache
def phase(crystal: str) -> CrystalPhase:
    """Return the phase of a crystal."""
    return load_phase(cif(crystal))


def arrays(crystal: str) -> dict[str, np.ndarray]:
    """Return a crystal for other programs, without any structure factor of ours.

    Returns
    -------
    dict
        ``numbers`` (n,), ``positions`` (n, 3), ``occupancy`` (n,) and ``displacement`` (n,): atomic numbers,
        fractional coordinates, occupancies and root mean square displacements (Å) of all atoms in the cell;
        ``cell`` (6,): its constants (Å, degrees).
    """
    cell = cell_of(phase(crystal))
    if any(len(species) > 1 for species in cell.species):
        raise KerasStemError(
            f"{crystal} has sites of several elements, which other programs cannot be given."
        )
    elements = [species[0][0] for species in cell.species]
    return {
        "numbers": np.array([gemmi.Element(element).atomic_number for element in elements]),
        "positions": cell.positions,
        "occupancy": np.array([species[0][1] for species in cell.species]),
        "displacement": np.sqrt([cell.motion.get(one, PLAIN_DISPLACEMENT**2) for one in elements]),
        "cell": np.array(cell.lattice),
    }
