"""Unit cells with atoms as plain arrays, and their transformation to another basis."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Constants = tuple[float, float, float, float, float, float]
"""Lattice constants a, b, c (Å) and alpha, beta, gamma (degrees)."""

Species = tuple[tuple[str, float], ...]
"""Elements of a site with their occupancies."""

SAME_PLACE = 0.05
"""Distance below which positions are merged into one site (Å)."""


@dataclass(frozen=True, eq=False)
class Cell:
    """Unit cell with all its atoms.

    Parameters
    ----------
    lattice
        Lattice constants a, b, c (Å) and alpha, beta, gamma (degrees).
    positions
        Shape (n, 3), fractional coordinates from 0 to 1.
    species
        Elements and occupancies at each position.
    motion
        Mean square displacement U of each element (Å²); elements with unknown U are absent.
    """

    lattice: Constants
    positions: np.ndarray
    species: tuple[Species, ...]
    motion: dict[str, float]

    @cached_property
    def base(self) -> np.ndarray:
        """Lattice vectors a, b and c as rows (Å), with e1 along a and e3 along c*."""
        return lattice_base(self.lattice)

    @property
    def volume(self) -> float:
        """Volume (Å³)."""
        return float(np.linalg.det(self.base))

    @property
    def types(self) -> np.ndarray:
        """Site type index of each position, shape (n,), equal for equal species."""
        kinds: dict[Species, int] = {}
        return np.array([kinds.setdefault(species, len(kinds)) for species in self.species], int)

    @property
    def composition(self) -> dict[str, float]:
        """Number of atoms of each element in the cell."""
        found: dict[str, float] = {}
        for species in self.species:
            for element, occupancy in species:
                found[element] = found.get(element, 0.0) + occupancy
        return found

    def in_basis(self, basis: np.ndarray) -> "Cell":
        """Return the same crystal in another cell.

        Parameters
        ----------
        basis
            Shape (3, 3), the new vectors a, b and c as rows in terms of the present ones, right-handed.
        """
        lattice = lattice_constants(basis @ self.base)
        inverse = np.linalg.inv(basis)
        # Enough translations of the present lattice to fill the new cell from each of its corners.
        reach = int(np.ceil(np.abs(basis).sum(axis=0).max())) + 1
        shifts = np.stack(np.meshgrid(*3 * [np.arange(-reach, reach + 1)]), axis=-1).reshape(-1, 3)
        moved = (self.positions[:, None] + shifts).reshape(-1, 3) @ inverse
        inside = np.all((moved > -1e-4) & (moved < 1 - 1e-4), axis=1)
        numbers = np.repeat(np.arange(len(self.positions)), len(shifts))[inside]
        species = tuple(self.species[number] for number in numbers)
        return Cell(lattice, wrapped(moved[inside]), species, self.motion)


def lattice_base(lattice: tuple[float, ...]) -> np.ndarray:
    """Return a, b and c as rows (Å), e1 along a and e3 along c*, from lattice constants (Å, degrees)."""
    a, b, c = lattice[:3]
    cos_alpha, cos_beta, cos_gamma = np.cos(np.deg2rad(lattice[3:]))
    sin_gamma = np.sqrt(1 - cos_gamma**2)
    across = (cos_alpha - cos_beta * cos_gamma) / sin_gamma
    up = np.sqrt(1 - cos_beta**2 - across**2)
    base = np.array(
        [[a, 0, 0], [b * cos_gamma, b * sin_gamma, 0], [c * cos_beta, c * across, c * up]], dtype=float
    )
    base[np.abs(base) < 1e-12] = 0.0
    return base


def lattice_constants(base: np.ndarray) -> Constants:
    """Return a, b, c (Å) and alpha, beta, gamma (degrees) from vectors a, b and c as rows."""
    lengths = np.linalg.norm(base, axis=1)
    units = base / lengths[:, None]
    cosines = np.array([units[1] @ units[2], units[2] @ units[0], units[0] @ units[1]])
    a, b, c = lengths.tolist()
    alpha, beta, gamma = np.rad2deg(np.arccos(np.clip(cosines, -1, 1))).tolist()
    return a, b, c, alpha, beta, gamma


def lattice_text(lattice: Sequence[float]) -> str:
    """Return lattice constants as text, such as "2.876, 2.876, 14.19 Å; 90, 90, 120°"."""
    lengths, angles = (", ".join(f"{value:.5g}" for value in part) for part in (lattice[:3], lattice[3:]))
    return f"{lengths} Å; {angles}°"


def nearest_rotation(matrix: np.ndarray) -> np.ndarray:
    """Return the rotation matrix nearest to a matrix, shapes (3, 3), by polar decomposition."""
    left, _, right = np.linalg.svd(matrix)
    return left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right


def wrapped(positions: np.ndarray) -> np.ndarray:
    """Return fractional coordinates wrapped to the range from 0 to 1; values rounding to 1 become 0."""
    inside = positions % 1.0
    return np.where(inside > 1 - 1e-9, 0.0, inside)


def nearest_images(between: np.ndarray) -> np.ndarray:
    """Return differences of fractional coordinates, shape (..., 3), reduced to the nearest image."""
    return between - np.rint(between)


def merged_sites(
    lattice: tuple[float, ...], positions: np.ndarray, species: Sequence[Species]
) -> tuple[np.ndarray, tuple[Species, ...]]:
    """Return sites with coincident ones merged, each with the occupancies of all its elements.

    Parameters
    ----------
    lattice
        Lattice constants (Å and degrees).
    positions
        Shape (n, 3), fractional coordinates.
    species
        Elements and occupancies at each position.
    """
    base = lattice_base(lattice)
    places: list[np.ndarray] = []
    kept: list[dict[str, float]] = []
    for position, own in zip(positions, species, strict=True):
        away = nearest_images(np.array(places).reshape(-1, 3) - position) @ base
        near = np.flatnonzero(np.linalg.norm(away, axis=1) < SAME_PLACE)
        if len(near):
            there = kept[near[0]]
        else:
            places.append(position)
            kept.append(there := {})
        for element, occupancy in own:
            there[element] = there.get(element, 0.0) + occupancy
    return np.array(places), tuple(tuple(sorted(one.items())) for one in kept)
