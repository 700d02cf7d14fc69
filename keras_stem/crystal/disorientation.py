"""The smallest rotation angle between two orientations."""

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

PATTERN_MATE = Rotation([0, 0, 0, 1])
"""Half a turn about the beam: zeroth-order patterns of R and R * PATTERN_MATE look the same."""


def disorientation(first: Rotation, second: Rotation, symmetry: Symmetry) -> np.ndarray:
    """Return the disorientation angle of each pair of orientations.

    For lab to crystal orientations the equivalents of R are S * R with S in the proper point group, so the
    angle is 2 arccos of the largest abs(<S * first, second>).

    Parameters
    ----------
    first, second
        Shapes (n,), lab to crystal.
    symmetry
        Proper point group.

    Returns
    -------
    numpy.ndarray
        Shape (n,), radians.
    """
    a = first.data.reshape(-1, 4)
    b = second.data.reshape(-1, 4)
    nearest = np.zeros(len(a))
    for operation in symmetry:
        equivalent = (Rotation(operation.data) * Rotation(a)).data.reshape(-1, 4)
        nearest = np.maximum(nearest, np.abs(np.sum(equivalent * b, axis=1)))
    return 2 * np.arccos(np.clip(nearest, 0, 1))
