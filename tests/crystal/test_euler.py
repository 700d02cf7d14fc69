import numpy as np
import pytest
from orix.quaternion import Rotation, symmetry

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import euler_ranges, reduce_euler
from keras_stem.crystal.rotations import random_rotations

LAUE = ["C1", "C2", "D2", "C4", "D4", "C3", "D3", "C6", "D6", "T", "O"]


@pytest.mark.parametrize("name", LAUE)
def test_reduced_angles_are_inside_and_equivalent(name, rng):
    group = getattr(symmetry, name)
    rotations = random_rotations(300, rng)
    angles = reduce_euler(rotations, group)
    assert (angles >= 0).all()
    assert (angles <= euler_ranges(group)).all()
    assert disorientation(rotations, Rotation.from_euler(angles), group).max() < 1e-6


@pytest.mark.parametrize("name", LAUE)
def test_all_equivalents_reduce_to_the_same_angles(name, rng):
    group = getattr(symmetry, name)
    rotations = random_rotations(300, rng)
    turned = Rotation(group.data[rng.integers(group.size, size=300)]) * rotations
    np.testing.assert_allclose(reduce_euler(turned, group), reduce_euler(rotations, group), atol=1e-9)


def test_ranges_of_the_default_phase():
    np.testing.assert_allclose(np.rad2deg(euler_ranges(symmetry.D3)), (360, 90, 120))
