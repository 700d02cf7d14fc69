"""Kinematic structure factors of a unit cell."""

from dataclasses import dataclass

import numpy as np
from diffsims.utils.sim_utils import get_atomic_scattering_factors, get_scattering_params_dict

from keras_stem.crystal.cell import Cell

_EXTINCT = 1e-4
"""Fraction of the largest structure factor below which a reflection is extinct."""

_LARGEST_INDEX = 1000

SCATTERING = "lobato"
"""Electron scattering factors (Lobato and Van Dyck, Acta Cryst. A70 (2014) 636) by their name in diffsims."""


@dataclass(frozen=True)
class Family:
    """Family of symmetrically equivalent reflections.

    Parameters
    ----------
    indices
        Indices hkl of a representative.
    spacing
        Lattice spacing d (Å).
    amplitude
        Structure factor amplitude abs(F) (Å).
    multiplicity
        Number of reflections, including opposite ones.
    """

    indices: tuple[int, int, int]
    spacing: float
    amplitude: float
    multiplicity: int


def structure_factors(cell: Cell, indices: np.ndarray) -> np.ndarray:
    """Return the structure factors of reflections, including thermal motion.

    Parameters
    ----------
    cell
        Unit cell with all its atoms.
    indices
        Shape (n, 3), indices hkl.

    Returns
    -------
    numpy.ndarray
        Shape (n,), complex (Å).
    """
    lengths = np.linalg.norm(indices @ reciprocal_base(cell), axis=1)
    by_element = {element: _factor(element, lengths, cell) for element in cell.composition}
    strengths = np.stack(
        [sum(occupancy * by_element[element] for element, occupancy in site) for site in cell.species], axis=1
    )
    return np.sum(strengths * np.exp(2j * np.pi * indices @ cell.positions.T), axis=1)


def reciprocal_base(cell: Cell) -> np.ndarray:
    """Return the reciprocal lattice vectors a*, b* and c* as rows (1/Å)."""
    return np.linalg.inv(cell.base).T


def reflections_within(cell: Cell, radius: float) -> np.ndarray:
    """Return the indices hkl, shape (n, 3), of all reflections up to a radius (1/Å), except 000."""
    most = np.floor(np.linalg.norm(cell.base, axis=1) * radius).astype(int)
    indices = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in most), indexing="ij"), axis=-1)
    indices = indices.reshape(-1, 3)
    lengths = np.linalg.norm(indices @ reciprocal_base(cell), axis=1)
    return indices[(lengths > 0) & (lengths <= radius)]


def families(cell: Cell, operations: np.ndarray, radius: float) -> list[Family]:
    """Return the families of allowed reflections up to a radius, the strongest first.

    Parameters
    ----------
    cell
        Unit cell with all its atoms.
    operations
        Rotations of the point group in fractional coordinates, shape (n, 3, 3).
    radius
        Largest reciprocal length (1/Å).
    """
    indices = reflections_within(cell, radius)
    laue = np.unique(np.concatenate([operations, -operations]), axis=0)
    keys = _preference(indices @ laue).max(axis=0)
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    named = {key: place for place, key in enumerate(_preference(indices))}
    chosen = indices[[named[key] for key in keys[first]]]
    amplitudes = np.abs(structure_factors(cell, chosen))
    spacings = 1 / np.linalg.norm(chosen @ reciprocal_base(cell), axis=1)
    found = [
        Family(tuple(one.tolist()), float(spacing), float(amplitude), int(count))
        for one, spacing, amplitude, count in zip(chosen, spacings, amplitudes, counts, strict=True)
        if amplitude > _EXTINCT * amplitudes.max()
    ]
    return sorted(found, key=lambda family: (-round(family.amplitude, 6), -family.spacing))


def _preference(indices: np.ndarray) -> np.ndarray:
    """Return a unique number for each hkl, larger for conventional representatives with few minus signs."""
    size = 2 * _LARGEST_INDEX
    minus = np.sum(indices < 0, axis=-1)
    h, k, index = np.moveaxis(indices + _LARGEST_INDEX, -1, 0)
    return ((3 - minus) * size + h) * size * size + k * size + index


def _factor(element: str, lengths: np.ndarray, cell: Cell) -> np.ndarray:
    parameters = np.asarray(get_scattering_params_dict(SCATTERING)[element])
    atomic = get_atomic_scattering_factors(lengths**2, parameters[None], SCATTERING)[:, 0]
    # exp(-8 pi^2 U s^2) with s = g / 2.
    return atomic * np.exp(-2 * np.pi**2 * cell.motion.get(element, 0.0) * lengths**2)
