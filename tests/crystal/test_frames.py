"""What the axes of other programs' Euler angles are."""

import numpy as np
import pytest
from diffpy.structure import Lattice
from orix.quaternion import Rotation
from orix.vector import Vector3d

from keras_stem.crystal.frames import FRAMES, from_lab, to_lab
from keras_stem.crystal.rotations import random_rotations

CUBIC = Lattice(4, 4, 4, 90, 90, 90)
HEXAGONAL = Lattice(3, 3, 5, 90, 90, 120)
TRICLINIC = Lattice(4, 5, 6, 80, 95, 105)


@pytest.mark.parametrize(
    ("frame", "x", "y"),
    [
        ("orix", (1, 0), (0, 1)),
        ("edax1", (0, -1), (1, 0)),
        ("edax2", (0, 1), (-1, 0)),
        ("edax3", (1, 0), (0, 1)),
        ("edax4", (-1, 0), (0, -1)),
        ("astar", (0, -1), (1, 0)),
        ("oxford", (1, 0), (0, 1)),
    ],
)
def test_axes_point_where_the_description_says(frame, x, y):
    # A crystal whose axes are those of the convention: no angles there.
    rotation = to_lab(Rotation.identity(), frame, CUBIC)
    np.testing.assert_allclose((rotation * Vector3d([*x, 0])).data, [[1, 0, 0]], atol=1e-12)
    np.testing.assert_allclose((rotation * Vector3d([*y, 0])).data, [[0, 1, 0]], atol=1e-12)


def test_oxford_is_30_deg_off_in_hexagonal_crystals():
    rotation = random_rotations(1, np.random.default_rng(0))
    turned = from_lab(rotation, "oxford", HEXAGONAL)
    change = np.rad2deg(turned.to_euler() - rotation.to_euler())[0]
    np.testing.assert_allclose(change[:2], 0, atol=1e-9)
    assert np.isclose(abs((change[2] + 180) % 360 - 180), 30)
    # a* is between a and b: seen from it, a is at -30 deg.
    a_in_oxford = from_lab(Rotation.identity(), "oxford", HEXAGONAL) * Vector3d([1, 0, 0])
    np.testing.assert_allclose(np.rad2deg(np.arctan2(*a_in_oxford.data[0, [1, 0]])), -30)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("lattice", [CUBIC, HEXAGONAL, TRICLINIC], ids=["cubic", "hexagonal", "triclinic"])
def test_there_and_back(frame, lattice, rng):
    rotations = random_rotations(20, rng)
    back = to_lab(from_lab(rotations, frame, lattice), frame, lattice)
    np.testing.assert_allclose(np.abs(np.sum(back.data * rotations.data, axis=1)), 1)
