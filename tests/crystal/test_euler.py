import numpy as np
import pytest
from orix.quaternion import Rotation, symmetry
from scipy.spatial.transform import Rotation as ScipyRotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import (
    euler_of,
    euler_of_matrices,
    euler_ranges,
    fundamental_euler,
    reduce_euler,
)
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


def of_scipy(angles):
    """Orientation matrices of Bunge angles, which are intrinsic rotations about z, x and z."""
    return ScipyRotation.from_euler("ZXZ", angles).as_matrix().swapaxes(-1, -2)


@pytest.mark.parametrize("tilt", [0, 1e-10, 1e-7, 1e-3, np.pi - 1e-7, np.pi])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_angles_describe_rotations_of_any_tilt(tilt, precision, rng):
    """Near 0 and 180 degrees phi1 and phi2 are not defined apart, and orix 0.15 is wrong at 180."""
    angles = rng.uniform(0, 2 * np.pi, (50, 3))
    angles[:, 1] = tilt
    matrices = of_scipy(angles).astype(precision)
    found = of_scipy(euler_of_matrices(matrices))
    np.testing.assert_allclose(found, matrices, atol=5e-7 if precision == "float32" else 1e-9)


def test_angles_are_those_of_orix(rng):
    rotations = random_rotations(200, rng)
    np.testing.assert_allclose(euler_of(rotations), rotations.to_euler(), atol=1e-9)


@pytest.mark.parametrize("name", LAUE)
def test_matrices_in_the_fundamental_region_are_equivalent(name, rng):
    group = getattr(symmetry, name)
    matrices = random_rotations(100, rng).to_matrix()
    euler, inside = fundamental_euler(matrices, group)
    np.testing.assert_allclose(inside, Rotation.from_euler(euler).to_matrix(), atol=1e-8)
    applied = inside @ matrices.swapaxes(1, 2)
    apart = np.abs(applied[:, None] - group.to_matrix()).max(axis=(2, 3))
    assert apart.min(axis=1).max() < 1e-12


def test_ranges_of_the_default_phase():
    np.testing.assert_allclose(np.rad2deg(euler_ranges(symmetry.D3)), (360, 90, 120))
