"""Grains of an orientation map: connected points whose neighbours are nearly alike."""

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from keras_stem.crystal.disorientation import disorientation

OUTSIDE = -1
"""Grain number of a position that belongs to no grain."""


def segment_grains(
    rotations: Rotation, shape: tuple[int, int], symmetry: Symmetry, threshold: float, valid: np.ndarray
) -> np.ndarray:
    """Number the grains of a map.

    Parameters
    ----------
    rotations
        Shape (n,), lab to crystal, row by row.
    shape
        Rows and columns, n = rows * columns.
    symmetry
        Proper point group.
    threshold
        Largest disorientation between neighbours (4 of them) of one grain, radians.
    valid
        Shape (n,), bool; positions that are False belong to no grain.

    Returns
    -------
    numpy.ndarray
        Shape (n,), int: 0 ... grains - 1, and -1 outside.
    """
    index = np.arange(len(valid)).reshape(shape)
    pairs = np.concatenate(
        [
            np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1),
            np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1),
        ]
    )
    pairs = pairs[valid[pairs].all(axis=1)]
    angles = disorientation(rotations[pairs[:, 0]], rotations[pairs[:, 1]], symmetry)
    first, second = pairs[angles <= threshold].T
    links = coo_matrix((np.ones(len(first), bool), (first, second)), shape=(len(valid),) * 2)
    _, component = connected_components(links, directed=False)
    labels = np.full(len(valid), OUTSIDE)
    labels[valid] = np.unique(component[valid], return_inverse=True)[1]
    return labels
