"""Kinematic structure factors of a cell."""

from dataclasses import dataclass

import numpy as np
from diffsims.utils.sim_utils import get_atomic_scattering_factors, get_scattering_params_dict

from keras_stem.crystal.cell import Cell

SCATTERING = "lobato"
"""Electron scattering factors (Lobato and Van Dyck, Acta Cryst. A70 (2014) 636) by their name in diffsims."""


@dataclass(frozen=True)
class Shell:
    """Reflections of one length and one strength.

    Parameters
    ----------
    indices
        hkl of one of them.
    spacing
        d, Å.
    amplitude
        abs(F).
    multiplicity
        How many they are.
    """

    indices: tuple[int, int, int]
    spacing: float
    amplitude: float
    multiplicity: int


def structure_factors(cell: Cell, indices: np.ndarray) -> np.ndarray:
    """Return the structure factors of reflections, with the thermal motion of the cell.

    Parameters
    ----------
    cell
        With all its atoms.
    indices
        Shape (n, 3), hkl.

    Returns
    -------
    numpy.ndarray
        Shape (n,), complex, Å.
    """
    lengths = np.linalg.norm(indices @ reciprocal_base(cell), axis=1)
    by_element = {element: _factor(element, lengths, cell) for element in cell.composition}
    strengths = np.stack(
        [sum(occupancy * by_element[element] for element, occupancy in site) for site in cell.species], axis=1
    )
    return np.sum(strengths * np.exp(2j * np.pi * indices @ cell.positions.T), axis=1)


def reciprocal_base(cell: Cell) -> np.ndarray:
    """Return a*, b* and c* as rows, 1/Å."""
    return np.linalg.inv(cell.base).T


def reflections_within(cell: Cell, radius: float) -> np.ndarray:
    """Return the indices hkl, shape (n, 3), of all reflections up to a radius (1/Å) but 000."""
    most = np.floor(np.linalg.norm(cell.base, axis=1) * radius).astype(int)
    indices = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in most), indexing="ij"), axis=-1)
    indices = indices.reshape(-1, 3)
    lengths = np.linalg.norm(indices @ reciprocal_base(cell), axis=1)
    return indices[(lengths > 0) & (lengths <= radius)]


def shells(cell: Cell, radius: float, faintest: float = 1e-3) -> list[Shell]:
    """Return the shells of reflections up to a radius, the strongest first.

    Parameters
    ----------
    cell
        With all its atoms.
    radius
        1/Å.
    faintest
        Shells whose abs(F) is a smaller share of the largest are left out.
    """
    indices = reflections_within(cell, radius)
    lengths = np.linalg.norm(indices @ reciprocal_base(cell), axis=1)
    amplitudes = np.abs(structure_factors(cell, indices))
    alike = np.stack([np.round(lengths, 4), np.round(amplitudes / amplitudes.max(), 3)], axis=1)
    _, first, group = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    found = []
    for number in range(len(first)):
        own = np.flatnonzero(group.ravel() == number)
        # The indices that a person would write: few minus signs, large ones first.
        best = max(own, key=lambda k: (-(indices[k] < 0).sum(), *indices[k]))
        found.append(
            Shell(tuple(indices[best].tolist()), 1 / lengths[best], float(amplitudes[best]), len(own))
        )
    kept = [shell for shell in found if shell.amplitude > faintest * amplitudes.max()]
    return sorted(kept, key=lambda shell: -shell.amplitude)


def _factor(element: str, lengths: np.ndarray, cell: Cell) -> np.ndarray:
    parameters = np.asarray(get_scattering_params_dict(SCATTERING)[element])
    atomic = get_atomic_scattering_factors(lengths**2, parameters[None], SCATTERING)[:, 0]
    # exp(-8 pi^2 U s^2) with s = g / 2.
    return atomic * np.exp(-2 * np.pi**2 * cell.motion.get(element, 0.0) * lengths**2)
