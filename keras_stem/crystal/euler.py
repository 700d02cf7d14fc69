"""Bunge Euler angles (ZXZ, radians) in the Euler fundamental region of a point group."""

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

_EDGE = 1e-9
"""Tolerance of the region's bounds (radians)."""


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
    bounds = euler_ranges(symmetry)
    flat = Rotation(rotations.data.reshape(-1, 4))
    equivalents = np.stack([(Rotation(s.data) * flat).to_euler() for s in symmetry])
    inside = np.all(equivalents <= bounds + _EDGE, axis=-1)
    tilt = np.where(inside, equivalents[..., 1], np.inf)
    chosen = equivalents[tilt.argmin(axis=0), np.arange(len(flat.data))]
    return np.clip(chosen, 0, bounds)
