"""Disorientation angle distribution of a random texture (Mackenzie distribution for cubic crystals)."""

import numpy as np
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.rotations import even_directions

_AXES = 5000
_ANGLES = 721


def random_angles(symmetry: Symmetry) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability density of the disorientation angle of random pairs of orientations.

    The angle t of a random rotation has the density (1 - cos t) / pi. Only axes for which no equivalent
    rotation has a smaller angle contribute, and each represents all its equivalents.

    Parameters
    ----------
    symmetry
        Proper point group.

    Returns
    -------
    angles : numpy.ndarray
        Ascending angles from 0 to 180 (degrees).
    density : numpy.ndarray
        Probability density per degree, with integral 1.

    References
    ----------
    Mackenzie, Biometrika 45 (1958) 229, for the cubic groups; Morawiec, J. Appl. Cryst. 28 (1995) 289.
    """
    angles = np.linspace(0, np.pi, _ANGLES)
    directions = even_directions(_AXES)
    cosines, sines = np.cos(angles / 2), np.sin(angles / 2)
    share = np.empty(_ANGLES)
    # The real part of S * q is s0 cos(t/2) - (s, axis) sin(t/2).
    along = directions @ symmetry.data[:, 1:].T
    for k in range(_ANGLES):
        others = np.abs(symmetry.data[:, 0] * cosines[k] - along * sines[k]).max(axis=1)
        share[k] = np.mean(others <= cosines[k] + 1e-9)
    density = symmetry.size * (1 - np.cos(angles)) / np.pi * share
    degrees = np.rad2deg(angles)
    return degrees, density / np.trapezoid(density, degrees)
