"""Directions in crystals of several settings, for tests. Not a test itself."""

import numpy as np

from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.symmetry import proper_point_group


def along_lab(phase, rotations):
    """Miller indices [uvw], shape (n, 3, 3), of x, y and z of the lab."""
    return np.swapaxes(rotations.to_matrix(), -1, -2) @ np.linalg.inv(cell_of(phase).base)


def degrees_apart(first, second, phase):
    """Angles between directions [uvw] of one cell, the nearest equivalents of x, y and z together."""
    base, symmetry = cell_of(phase).base, proper_point_group(phase)
    vectors = [one @ base / np.linalg.norm(one @ base, axis=-1, keepdims=True) for one in (first, second)]
    every = np.einsum("sij,nkj->snki", symmetry.to_matrix().reshape(-1, 3, 3), vectors[0])
    cosines = np.einsum("snki,nki->snk", every, vectors[1]).min(axis=-1)
    return np.rad2deg(np.arccos(np.clip(cosines.max(axis=0), -1, 1)))
