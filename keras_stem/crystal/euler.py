"""Bunge Euler angles (ZXZ, radians) in the Euler fundamental region of a point group."""

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

_EDGE = 1e-9
"""Tolerance of the region's bounds, and smallest Phi that defines phi1 and phi2 apart (radians)."""


def euler_ranges(symmetry: Symmetry) -> np.ndarray:
    """Return the upper bounds of phi1, Phi and phi2 in the Euler fundamental region.

    Parameters
    ----------
    symmetry
        Proper point group.

    Returns
    -------
    numpy.ndarray
        Shape (3,), in radians. For 32: 360, 90 and 120 degrees.
    """
    return np.deg2rad(np.asarray(symmetry.euler_fundamental_region, dtype=float))


def euler_degrees(rotations: Rotation, symmetry: Symmetry) -> np.ndarray:
    """Return Euler angles in the fundamental region, shape (n, 3) in degrees, of n orientations."""
    return np.rad2deg(reduce_euler(rotations, symmetry))


def reduce_euler(rotations: Rotation, symmetry: Symmetry) -> np.ndarray:
    """Return the Euler angles of the symmetrically equivalent rotation inside the fundamental region.

    All equivalents of a rotation give the same angles. In the cubic groups three of them lie inside the
    bounds of orix; the one with the smallest Phi is chosen.

    Parameters
    ----------
    rotations
        Shape (n,), lab to crystal.
    symmetry
        Proper point group.

    Returns
    -------
    numpy.ndarray
        Shape (n, 3), in radians, each angle from 0 to its bound in `euler_ranges`.
    """
    return fundamental_euler(rotations.to_matrix().reshape(-1, 3, 3), symmetry)[0]


def fundamental_euler(matrices: np.ndarray, symmetry: Symmetry) -> tuple[np.ndarray, np.ndarray]:
    """Return the symmetrically equivalent orientations inside the Euler fundamental region.

    Parameters
    ----------
    matrices
        Orientation matrices (lab to crystal), shape (n, 3, 3).
    symmetry
        Proper point group.

    Returns
    -------
    euler : numpy.ndarray
        Euler angles as in `reduce_euler`, shape (n, 3), in radians.
    matrices : numpy.ndarray
        The equivalent orientation matrices, shape (n, 3, 3).
    """
    bounds = euler_ranges(symmetry)
    euler, chosen = euler_of_matrices(matrices), np.array(matrices)
    lowest = np.full(len(matrices), np.inf)
    for operation in symmetry.to_matrix():  # one by one, as all equivalents of a large map take gigabytes
        turned = operation @ matrices
        angles = euler_of_matrices(turned)
        inside = np.all(angles <= bounds + _EDGE, axis=-1)
        better = inside & (angles[:, 1] < lowest)
        euler[better], chosen[better], lowest[better] = angles[better], turned[better], angles[better, 1]
    return np.clip(euler, 0, bounds), chosen


def euler_of(rotations: Rotation) -> np.ndarray:
    """Return non-negative Bunge Euler angles (..., 3), in radians, of rotations (...).

    ``Rotation.to_euler`` of orix 0.15 returns phi1 with the wrong sign where Phi is 180 degrees.
    """
    return euler_of_matrices(rotations.to_matrix())


def euler_of_matrices(matrices: np.ndarray) -> np.ndarray:
    """Return non-negative Bunge Euler angles (..., 3), in radians, of matrices (..., 3, 3), lab to crystal.

    phi2 is 0 where Phi is 0 or 180 degrees, as in orix. Elsewhere it is derived from phi1, so that the
    angles describe the matrix even where Phi is small.
    """
    m = np.asarray(matrices, float)
    sine = np.hypot(m[..., 2, 0], m[..., 2, 1])
    flat = sine < _EDGE
    phi1 = np.where(flat, np.arctan2(m[..., 0, 1], m[..., 0, 0]), np.arctan2(m[..., 2, 0], -m[..., 2, 1]))
    cos, sin = np.cos(phi1), np.sin(phi1)
    phi2 = np.arctan2(-m[..., 1, 0] * cos - m[..., 1, 1] * sin, m[..., 0, 0] * cos + m[..., 0, 1] * sin)
    tilt = np.arctan2(sine, m[..., 2, 2])
    return np.stack([phi1 % (2 * np.pi), tilt, np.where(flat, 0, phi2 % (2 * np.pi))], axis=-1)
