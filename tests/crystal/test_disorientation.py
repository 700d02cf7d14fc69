import numpy as np
import pytest
from orix.quaternion import Orientation, symmetry

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import random_rotations, small_rotations


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
