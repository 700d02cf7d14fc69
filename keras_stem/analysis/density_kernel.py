"""De la Vallée Poussin kernel in orientation space and on the sphere."""

from dataclasses import dataclass

import numpy as np
from scipy.special import beta

from keras_stem.errors import KerasStemError

_NEGLIGIBLE = 1e-4
"""Fraction of the kernel's maximum below which the kernel is neglected."""


@dataclass(frozen=True)
class DensityKernel:
    """Radially symmetric kernel about an orientation, with mean 1 over orientation space.

    Parameters
    ----------
    half_width
        Angle at which the kernel falls to half its maximum (degrees).

    Raises
    ------
    KerasStemError
        If the half width is outside 5 to 45 degrees.

    References
    ----------
    Schaeben, "The de la Vallée Poussin standard orientation density function", Textures and Microstructures
    33 (1999) 365.
    """

    half_width: float = 10.0

    def __post_init__(self):
        if not 5 <= self.half_width <= 45:
            raise KerasStemError(f"Expected a half width of 5 to 45°, found {self.half_width:g}.")

    @property
    def power(self) -> float:
        """Kappa of the reference: the kernel is proportional to cos(angle / 2) to the power 2 kappa."""
        return float(-np.log(2) / (2 * np.log(np.cos(np.deg2rad(self.half_width) / 2))))

    @property
    def maximum(self) -> float:
        """Value of the kernel at its centre."""
        return float(beta(1.5, 0.5) / beta(1.5, self.power + 0.5))

    @property
    def reach(self) -> float:
        """Angle beyond which the kernel is negligible, in radians."""
        return float(2 * np.arccos(_NEGLIGIBLE ** (0.5 / self.power)))

    def of_rotations(self, cosines: np.ndarray) -> np.ndarray:
        """Return the kernel at the cosines of half the angles between orientations, of either sign."""
        return self.maximum * _power(np.square(cosines), self.power)

    def of_axes(self, cosines: np.ndarray) -> np.ndarray:
        """Return the kernel of the pole density at the cosines of the angles between axes.

        It is the mean of `of_rotations` over all orientations that map one direction onto another,
        symmetrised because opposite directions are the same axis. Its mean over the sphere is 1.
        """
        both = (_power((1 + sign * cosines) / 2, self.power) for sign in (1, -1))
        return (1 + self.power) / 2 * sum(both)


def _power(bases: np.ndarray, exponent: float) -> np.ndarray:
    # This is several times faster than ** in single precision.
    return np.exp(exponent * np.log(np.maximum(bases, np.finfo(np.float32).tiny)))


def gather(units: np.ndarray, weights: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Bin weighted unit vectors into small cells and return the mean of each cell.

    Parameters
    ----------
    units
        Unit quaternions or axes, shape (n, 4) or (n, 3); opposite vectors are equivalent.
    weights
        Weights of the vectors, shape (n,).
    width
        Width of a cell, relative to the unit length of the vectors.

    Returns
    -------
    centres, weights : numpy.ndarray
        Mean vectors and summed weights of the cells, shapes (m, 4) or (m, 3), and (m,).
    """
    largest = np.abs(units).argmax(axis=1)[:, None]
    units = units * np.where(np.take_along_axis(units, largest, axis=1) < 0, -1.0, 1.0)
    # Cells are squares on the faces of a cube, which makes their sizes nearly uniform.
    steps = np.rint(units / width).astype(np.int64)
    np.put_along_axis(steps, largest, 0, axis=1)
    bound = int(np.ceil(1 / width)) + 1
    keys = largest[:, 0]
    for column in steps.T:
        keys = keys * (2 * bound + 1) + column + bound
    _, cells = np.unique(keys, return_inverse=True)
    sums = np.stack([np.bincount(cells, weights * column) for column in units.T], axis=1)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True), np.bincount(cells, weights)
