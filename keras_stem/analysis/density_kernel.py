"""The kernel of de la Vallée Poussin, in orientation space and on the sphere."""

from dataclasses import dataclass

import numpy as np
from scipy.special import beta

from keras_stem.errors import KerasStemError

_NEGLIGIBLE = 1e-4
"""Of the kernel's maximum; what is farther away is left out."""


@dataclass(frozen=True)
class DensityKernel:
    """A bell about one orientation whose mean over orientation space is 1.

    Parameters
    ----------
    half_width
        Angle at which it is half as high as in the middle, deg.

    Raises
    ------
    KerasStemError
        If the half width is outside 5 to 45 deg.

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
        """Kappa of the reference: the kernel falls with the cosine of half the angle to twice this power."""
        return float(-np.log(2) / (2 * np.log(np.cos(np.deg2rad(self.half_width) / 2))))

    @property
    def maximum(self) -> float:
        """Value in the middle."""
        return float(beta(1.5, 0.5) / beta(1.5, self.power + 0.5))

    @property
    def reach(self) -> float:
        """Angle, radians, beyond which the kernel is negligible."""
        return float(2 * np.arccos(_NEGLIGIBLE ** (0.5 / self.power)))

    def of_rotations(self, cosines: np.ndarray) -> np.ndarray:
        """Return the kernel at cosines of half the angle between orientations, of either sign."""
        return self.maximum * _power(np.square(cosines), self.power)

    def of_axes(self, cosines: np.ndarray) -> np.ndarray:
        """Return the kernel of the pole density at cosines of the angle between axes.

        It is the mean of `of_rotations` over all orientations that bring one direction onto another, folded
        because an axis has two ends; its mean over the sphere is 1.
        """
        both = (_power((1 + sign * cosines) / 2, self.power) for sign in (1, -1))
        return (1 + self.power) / 2 * sum(both)


def _power(bases: np.ndarray, exponent: float) -> np.ndarray:
    # Several times faster than ** in single precision.
    return np.exp(exponent * np.log(np.maximum(bases, np.finfo(np.float32).tiny)))


def gather(units: np.ndarray, weights: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Return few weighted points in place of many, each the mean of those in a small cell.

    Parameters
    ----------
    units
        Quaternions or axes of unit length, shape (n, 4) or (n, 3); opposite ones are the same.
    weights
        Shape (n,).
    width
        Of a cell, in the same unit as the vectors' length.

    Returns
    -------
    centres, weights : numpy.ndarray
        Shapes (m, 4) or (m, 3), and (m,).
    """
    largest = np.abs(units).argmax(axis=1)[:, None]
    units = units * np.where(np.take_along_axis(units, largest, axis=1) < 0, -1.0, 1.0)
    # Cells are squares on the faces of a cube, so that they are nearly even in size.
    steps = np.rint(units / width).astype(np.int64)
    np.put_along_axis(steps, largest, 0, axis=1)
    bound = int(np.ceil(1 / width)) + 1
    keys = largest[:, 0]
    for column in steps.T:
        keys = keys * (2 * bound + 1) + column + bound
    _, cells = np.unique(keys, return_inverse=True)
    sums = np.stack([np.bincount(cells, weights * column) for column in units.T], axis=1)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True), np.bincount(cells, weights)
