"""Disorientations and misorientations against orix."""

import numpy as np
import pytest
from orix.quaternion import Misorientation, Orientation, symmetry

from keras_stem.crystal.disorientation import disorientation, smallest_misorientation
from keras_stem.crystal.rotations import random_rotations, rotations_about, small_rotations


@pytest.mark.parametrize("name", ["C1", "C2", "D2", "C4", "D4", "C3", "D3", "C6", "D6", "T", "O"])
def test_agrees_with_orix(name, rng):
    group = getattr(symmetry, name)
    first, second = random_rotations(200, rng), random_rotations(200, rng)
    expected = Orientation(first.data, symmetry=group).angle_with(Orientation(second.data, symmetry=group))
    np.testing.assert_allclose(disorientation(first, second, group), expected, atol=1e-7)


def test_small_rotation_is_its_own_angle(rng):
    rotations = random_rotations(50, rng)
    angles = np.linspace(0.001, 0.1, 50)
    turned = small_rotations(angles, rng) * rotations
    np.testing.assert_allclose(disorientation(turned, rotations, symmetry.D3), angles, atol=1e-7)


@pytest.mark.parametrize("name", ["O", "D6", "D3", "C1"])
def test_orix_has_the_same_angles(name, rng):
    group = getattr(symmetry, name)
    first, second = random_rotations(200, rng), random_rotations(200, rng)
    angles, axes = smallest_misorientation(first, second, group)
    expected = Misorientation((second * ~first).data, symmetry=(group, group)).reduce()
    np.testing.assert_allclose(angles, expected.angle, atol=1e-6)
    # Turned back by angle and axis, they are equivalent again.
    turned = rotations_about(axes, angles) * first
    assert smallest_misorientation(turned, second, group)[0].max() < 1e-3
