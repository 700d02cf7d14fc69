"""Misorientations and disorientations of pairs of orientations."""

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

BEAM_TWOFOLD = Rotation([0, 0, 0, 1])
"""180 degree rotation about the beam: the zeroth-order patterns of R and R * BEAM_TWOFOLD are identical."""

BLOCK = 1 << 18
"""Number of pairs processed at once, which limits memory."""


def disorientation(first: Rotation, second: Rotation, symmetry: Symmetry) -> np.ndarray:
    """Return the disorientation angle of each pair of orientations.

    For lab to crystal orientations the symmetrically equivalent orientations of R are S * R with S in the
    proper point group, so the angle is 2 arccos of the largest abs(<S * first, second>).

    Parameters
    ----------
    first, second
        Shapes (n,), lab to crystal.
    symmetry
        Proper point group.

    Returns
    -------
    numpy.ndarray
        Shape (n,), in radians.
    """
    between = misorientation(first, second)
    nearest = np.empty(len(between))
    operators = _conjugate(symmetry.data).T
    for start in range(0, len(between), BLOCK):
        block = slice(start, start + BLOCK)
        nearest[block] = np.abs(between[block] @ operators).max(axis=1)
    return 2 * np.arccos(np.clip(nearest, 0, 1))


def misorientation(first: Rotation, second: Rotation) -> np.ndarray:
    """Return the rotations from the crystal axes of ``first`` to those of ``second``, quaternions (n, 4)."""
    inverse = _conjugate(first.data.reshape(-1, 4))
    return quaternion_product(second.data.reshape(-1, 4), inverse)


def smallest_misorientation(
    first: Rotation, second: Rotation, symmetry: Symmetry
) -> tuple[np.ndarray, np.ndarray]:
    """Return the disorientation angle and axis of each pair of orientations.

    Parameters
    ----------
    first, second
        Shapes (n,), lab to crystal, of one phase.
    symmetry
        Proper point group.

    Returns
    -------
    angles : numpy.ndarray
        Shape (n,), in radians.
    axes : numpy.ndarray
        Shape (n, 3), unit vectors in crystal coordinates, one of the symmetrically equivalent axes.
    """
    between = misorientation(first, second)
    best = np.abs(between @ _conjugate(symmetry.data).T).argmax(axis=1)
    smallest = quaternion_product(symmetry.data[best], between)
    smallest *= np.where(smallest[:, :1] < 0, -1, 1)
    angles = 2 * np.arccos(np.clip(smallest[:, 0], 0, 1))
    lengths = np.linalg.norm(smallest[:, 1:], axis=1, keepdims=True)
    axes = np.divide(smallest[:, 1:], lengths, out=np.zeros((len(angles), 3)), where=lengths > 0)
    return angles, axes


def quaternion_product(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the Hamilton products of broadcastable quaternions (..., 4), 0.1 s for a million."""
    a, b, c, d = np.moveaxis(first, -1, 0)
    e, f, g, h = np.moveaxis(second, -1, 0)
    parts = (
        a * e - b * f - c * g - d * h,
        a * f + b * e + c * h - d * g,
        a * g - b * h + c * e + d * f,
        a * h + b * g - c * f + d * e,
    )
    return np.stack(parts, axis=-1)


def _conjugate(quaternions: np.ndarray) -> np.ndarray:
    return quaternions * np.array([1.0, -1.0, -1.0, -1.0])
