"""Segmentation of orientation maps into grains of connected points with low misorientation."""

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from keras_stem.crystal.disorientation import disorientation

OUTSIDE = -1
"""Grain number of positions outside all grains."""


def segment_grains(
    rotations: Rotation, shape: tuple[int, int], symmetry: Symmetry, threshold: float, valid: np.ndarray
) -> np.ndarray:
    """Segment a map into grains.

    Parameters
    ----------
    rotations
        Shape (n,), lab to crystal, in row-major order.
    shape
        Rows and columns, n = rows * columns.
    symmetry
        Proper point group.
    threshold
        Largest disorientation between adjacent points (4-neighbourhood) of one grain (radians).
    valid
        Shape (n,), bool; positions that are False belong to no grain.

    Returns
    -------
    numpy.ndarray
        Shape (n,), int, grain numbers from 0, and -1 outside.
    """
    pairs = neighbour_pairs(shape)
    pairs = pairs[valid[pairs].all(axis=1)]
    angles = disorientation(rotations[pairs[:, 0]], rotations[pairs[:, 1]], symmetry)
    return number_connected(pairs[angles <= threshold], valid)


def neighbour_pairs(shape: tuple[int, int], neighbours: int = 4) -> np.ndarray:
    """Return all pairs of neighbouring points of a grid.

    Parameters
    ----------
    shape
        Rows and columns.
    neighbours
        Number of neighbours, 4, or 8 including diagonal ones.

    Returns
    -------
    numpy.ndarray
        Shape (m, 2), int, point indices in row-major numbering: first horizontal, then vertical, then
        diagonal pairs.
    """
    index = np.arange(shape[0] * shape[1]).reshape(shape)
    pairs = [(index[:, :-1], index[:, 1:]), (index[:-1], index[1:])]
    if neighbours == 8:
        pairs += [(index[:-1, :-1], index[1:, 1:]), (index[:-1, 1:], index[1:, :-1])]
    return np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in pairs])


def number_connected(links: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Number the connected components of linked points in the order of their first points.

    Parameters
    ----------
    links
        Shape (m, 2), int, pairs of point indices.
    valid
        Shape (n,), bool; other points have no number.

    Returns
    -------
    numpy.ndarray
        Shape (n,), int, numbers from 0, and -1 outside.
    """
    first, second = links.T
    graph = coo_matrix((np.ones(len(first), bool), (first, second)), shape=(len(valid),) * 2)
    _, component = connected_components(graph, directed=False)
    return in_order(np.where(valid, component, OUTSIDE))


def in_order(numbers: np.ndarray) -> np.ndarray:
    """Return grain numbers, shape (n,), renumbered from 0 in the order of first points; -1 is kept."""
    found = np.full(len(numbers), OUTSIDE)
    inside = numbers != OUTSIDE
    _, first, group = np.unique(numbers[inside], return_index=True, return_inverse=True)
    rank = np.empty(len(first), int)
    rank[np.argsort(first)] = np.arange(len(first))
    found[inside] = rank[group]
    return found
