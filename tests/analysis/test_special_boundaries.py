"""Special boundaries by name, angle and axis."""

import numpy as np
import pytest
from grids import NICKEL, grid_from
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.analysis.boundaries import find_boundaries
from keras_stem.analysis.special_boundaries import SPECIAL, SpecialBoundary, is_special, special_boundary
from keras_stem.choices import SPECIAL_BOUNDARIES
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError


@pytest.mark.parametrize(
    ("name", "space_group", "axis", "angle"),
    [
        ("sigma3", 225, [1, -1, 1], 60),
        ("sigma9", 225, [0, 1, 1], 38.94),
        ("hcp-10-12", 194, [1, 0, 0], 86.3),
        ("oxide-60", 166, [0, 0, 1], 60),
    ],
)
def test_special_boundaries_are_found_in_any_setting(name, space_group, axis, angle, rng):
    phase = linio2() if space_group == 166 else Phase("p", space_group=space_group)
    group = proper_point_group(phase)
    first = random_rotations(50, rng)
    turn = Rotation.from_axes_angles(axis, np.deg2rad(angle)) * small_rotations(np.full(50, 0.03), rng)
    second = Rotation(group.data[rng.integers(group.size, size=50)]) * turn * first
    second = Rotation(np.where(rng.random((50, 1)) < 0.5, second.data, (turn * first).data))
    rotations = np.empty((4, 50, 4))
    rotations[0], rotations[1] = first.data, second.data
    rotations[2:] = rotations[:2]
    grid = grid_from(Rotation(rotations.reshape(-1, 4)), (4, 50), phase=phase)
    found = find_boundaries(grid)
    upright = np.diff(found.pairs, axis=1)[:, 0] == 50
    assert is_special(grid, found, SPECIAL[name])[upright].all()
    assert is_special(grid, found, SPECIAL[name])[~upright].mean() < 0.2


def test_the_tolerance_is_kept():
    special = SpecialBoundary("Σ3", 60, (1, 1, 1), 5)
    for off, expected in ((4.5, True), (5.5, False)):
        turns = Rotation.from_axes_angles([1, 1, 1], np.deg2rad([0, 60 - off, 0, 60 - off]))
        grid = grid_from(turns, (2, 2), phase=NICKEL)
        assert (is_special(grid, find_boundaries(grid), special) == expected).all()


def test_special_boundaries_by_name_and_by_angle():
    assert set(SPECIAL) == set(SPECIAL_BOUNDARIES)
    assert special_boundary("sigma3") == SPECIAL["sigma3"]
    assert special_boundary("mine:45:0,0,1:3") == SpecialBoundary("mine", 45, (0, 0, 1), 3)
    assert special_boundary("mine:45:0,0,1").tolerance == 5
    for wrong in ("sigma4", "a:b:0,0,1", "a:45:0,0,0", "a:45:0,1", "a:200:0,0,1", "a:45:0,0,1:2:3"):
        with pytest.raises(KerasStemError, match="NAME:ANGLE"):
            special_boundary(wrong)
