"""Rotations from matrices, angles and axes against orix."""

import numpy as np
import pytest
from orix.crystal_map import CrystalMap
from orix.quaternion import Rotation

from keras_stem.crystal.rotations import (
    even_directions,
    first_rotations,
    from_matrices,
    matrices_of_euler,
    random_rotations,
    rotations_about,
    small_rotations,
)


def test_half_turns_keep_their_axis(rng):
    axes = rng.standard_normal((200, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    turns = 2 * axes[:, :, None] * axes[:, None, :] - np.eye(3)
    np.testing.assert_allclose(from_matrices(turns).to_matrix(), turns, atol=1e-9)


def test_matrices_of_angles_are_those_of_orix(rng):
    euler = rng.uniform(0, np.pi, (4, 5, 3))
    matrices = matrices_of_euler(euler)
    assert matrices.shape == (4, 5, 3, 3)
    np.testing.assert_allclose(matrices[2, 3], Rotation.from_euler(euler[2, 3]).to_matrix()[0], atol=1e-12)
    back = from_matrices(matrices)
    assert back.shape == (4, 5)
    np.testing.assert_allclose(back.to_matrix(), matrices, atol=1e-9)


def test_rotations_about_axes_of_any_length(rng):
    axes, angles = rng.standard_normal((20, 3)), rng.uniform(0, np.pi, 20)
    expected = Rotation.from_axes_angles(axes, angles)
    np.testing.assert_allclose(rotations_about(7 * axes, angles).data, expected.data, atol=1e-12)


def test_small_rotations_have_the_angles_and_any_axis(rng):
    angles = np.linspace(0.01, 0.5, 3000)
    made = small_rotations(angles, rng)
    np.testing.assert_allclose(made.angle, angles, atol=1e-7)
    np.testing.assert_allclose(made.axis.data.mean(axis=0), 0, atol=0.05)


def test_random_rotations_are_uniform_and_repeat_with_the_seed():
    made, again = (random_rotations(20_000, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(made.data, again.data)
    # The mean angle of uniform rotations is 90 degrees + 2 / pi rad, and their mean matrix is 0.
    assert np.mean(made.angle) == pytest.approx(np.pi / 2 + 2 / np.pi, abs=0.01)
    np.testing.assert_allclose(made.to_matrix().mean(axis=0), 0, atol=0.02)


def test_even_directions_have_the_moments_of_the_sphere():
    directions = even_directions(2000)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    np.testing.assert_allclose(directions.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(directions.T @ directions / 2000, np.eye(3) / 3, atol=1e-3)
    nearest = np.sort(directions @ directions.T, axis=1)[:, -2]
    assert np.ptp(np.rad2deg(np.arccos(nearest))) < 1


def test_the_first_rotation_of_each_point_is_the_best(rng):
    several = Rotation(random_rotations(12, rng).data.reshape(6, 2, 4))
    made = CrystalMap(several, x=np.arange(6))
    np.testing.assert_allclose(first_rotations(made).data, several.data[:, 0])
