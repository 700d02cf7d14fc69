"""The twin of orix in keras.ops, for every Laue group."""

import numpy as np
import pytest
from keras import ops
from orix.quaternion import Rotation, symmetry

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import euler_ranges, reduce_euler
from keras_stem.crystal.rotation_ops import (
    angle_of,
    bunge,
    fundamental_bunge,
    orthonormal,
    squared_chord,
    turned_about_beam,
)
from keras_stem.crystal.rotations import random_rotations, rotations_about

LAUE = ["C1", "C2", "D2", "C4", "D4", "C3", "D3", "C6", "D6", "T", "O"]


def matrices(rotations):
    return ops.convert_to_tensor(rotations.to_matrix().astype("float32"))


def numbers(tensor):
    return ops.convert_to_numpy(tensor)


def test_bunge_angles_are_those_of_orix(rng):
    rotations = random_rotations(200, rng)
    apart = numbers(bunge(matrices(rotations))) - rotations.to_euler()
    assert np.abs((apart + np.pi) % (2 * np.pi) - np.pi).max() < 1e-5


@pytest.mark.parametrize("tilt", [0.0, 2e-5, 1e-4, 1e-3, np.pi - 2e-5, np.pi])
def test_bunge_angles_with_hardly_a_tilt(tilt, rng):
    angles = np.column_stack(rng.uniform(0, 2 * np.pi, (2, 50)))
    rotations = Rotation.from_euler(np.insert(angles, 1, tilt, axis=1))
    rounded = ops.round(matrices(rotations), 7)  # as after a product in single precision
    found = Rotation.from_euler(numbers(bunge(rounded)))
    assert np.rad2deg(disorientation(found, rotations, symmetry.C1)).max() < 0.005


def test_gram_schmidt(rng):
    expected = numbers(matrices(random_rotations(50, rng)))
    scale, mix = rng.uniform(0.1, 5, (3, 50, 1))[:2]
    six = np.concatenate([scale * expected[:, :, 0], expected[:, :, 1] + mix * expected[:, :, 0]], axis=1)
    np.testing.assert_allclose(
        numbers(orthonormal(ops.convert_to_tensor(six.astype("float32")))), expected, atol=1e-5
    )
    assert np.isfinite(numbers(orthonormal(ops.zeros((1, 6))))).all()


@pytest.mark.parametrize("name", LAUE)
def test_distances_are_disorientations(name, rng):
    group = getattr(symmetry, name)
    near = rotations_about(rng.standard_normal((300, 3)), 10 ** rng.uniform(-3, 0.4, 300))
    first = random_rotations(300, rng)
    for second in (random_rotations(300, rng), near * first):
        expected = disorientation(first, second, group)
        squared = squared_chord(matrices(first), matrices(second), group.to_matrix())
        np.testing.assert_allclose(numbers(squared), 2 * (1 - np.cos(expected)), atol=2e-6)
        np.testing.assert_allclose(numbers(angle_of(squared)), expected, atol=2e-3)
        mate = disorientation(first * Rotation([0, 0, 0, 1]), second, group)
        squared = squared_chord(matrices(first), matrices(second), group.to_matrix(), beam_twofold=True)
        np.testing.assert_allclose(numbers(squared), 2 * (1 - np.cos(np.minimum(expected, mate))), atol=2e-6)


@pytest.mark.parametrize("name", LAUE)
def test_fundamental_angles_are_those_of_orix(name, rng):
    group = getattr(symmetry, name)
    rotations = random_rotations(300, rng)
    found = numbers(fundamental_bunge(matrices(rotations), group.to_matrix(), euler_ranges(group)))
    # At an edge of the region, rounding chooses the side.
    same = np.abs(found - reduce_euler(rotations, group)).max(axis=1) < 1e-3
    assert same.mean() > 0.98
    assert np.rad2deg(disorientation(Rotation.from_euler(found.astype(float)), rotations, group)).max() < 0.05


def test_turning_about_the_beam(rng):
    rotation = random_rotations(1, rng)
    turned = numbers(turned_about_beam(matrices(rotation)[:, None], np.array([0.3])))[0]
    expected = rotation * Rotation.from_axes_angles([0, 0, 1], -0.3)
    np.testing.assert_allclose(turned, expected.to_matrix(), atol=1e-6)
