import numpy as np
from orix.quaternion import Rotation, symmetry

from keras_stem.crystal.grains import segment_grains
from keras_stem.crystal.rotations import random_rotations


def test_grains_are_connected_and_alike(rng):
    layout = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 2, 0]])
    rotations = Rotation(random_rotations(3, rng).data[layout.ravel()])
    valid = np.ones(12, bool)
    valid[0] = False
    labels = segment_grains(rotations, layout.shape, symmetry.D3, np.deg2rad(5), valid).reshape(layout.shape)
    assert labels[0, 0] == -1
    assert len(np.unique(labels[layout == 2])) == 1
    assert labels[1, 0] == labels[0, 1] != labels[0, 2]
    assert labels[2, 3] not in (labels[1, 0], labels[1, 3])  # alike, but not connected


def test_symmetric_equivalents_are_one_grain(rng):
    group = symmetry.D3
    rotations = Rotation(group.data) * Rotation(np.repeat(random_rotations(1, rng).data, group.size, axis=0))
    labels = segment_grains(rotations, (1, group.size), group, np.deg2rad(1), np.ones(group.size, bool))
    assert (labels == 0).all()
