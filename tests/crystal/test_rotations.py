"""Rotations from matrices, angles and axes against orix."""

import numpy as np

from keras_stem.crystal.rotations import from_matrices


def test_half_turns_keep_their_axis(rng):
    axes = rng.standard_normal((200, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    turns = 2 * axes[:, :, None] * axes[:, None, :] - np.eye(3)
    np.testing.assert_allclose(from_matrices(turns).to_matrix(), turns, atol=1e-9)
