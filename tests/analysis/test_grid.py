"""Arrays of a map, its steps, and what is masked."""

import numpy as np
import pytest
from grids import NICKEL, grid_from, map_of
from orix.quaternion import Rotation

from keras_stem.analysis.grid import MASKED, grid_of
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError

TURNS = Rotation.from_axes_angles([0, 0, 1], np.deg2rad([0, 10, 30, 90, 45, 0]))


def test_edges_are_the_steps_across_the_direction_of_the_pair():
    grid = grid_from(TURNS, (2, 3), phase=NICKEL, step=(3.0, 4.0))  # of rows, of columns
    np.testing.assert_allclose(grid.edge_lengths(np.array([[0, 1], [0, 3], [4, 5]])), [3, 4, 3])
    assert grid.extent == (6, 12)


def test_angles_of_pairs_are_modulo_the_symmetry():
    grid = grid_from(TURNS, (2, 3), phase=NICKEL)
    pairs = np.array([[0, 1], [1, 2], [0, 3], [2, 4]])
    np.testing.assert_allclose(np.rad2deg(grid.angles(pairs)), [10, 20, 0, 15], atol=1e-4)


def test_angles_between_phases_and_of_masked_points_are_unknown():
    phase_id = np.array([0, 0, 1, 1, -1, 0])
    grid = grid_of(map_of(TURNS, (2, 3), phase=[linio2(), NICKEL], phase_id=phase_id))
    angles = np.rad2deg(grid.angles(np.array([[0, 1], [2, 3], [1, 2], [0, 4]])))
    np.testing.assert_allclose(angles, [10, 30, np.nan, np.nan], atol=1e-4)


def test_hidden_points_are_masked():
    visible = np.array([True, False, True, True, True, False])
    grid = grid_of(map_of(TURNS, (2, 3)), visible)
    np.testing.assert_array_equal(grid.shown, visible)
    np.testing.assert_array_equal(grid.phase == MASKED, ~visible)
    with pytest.raises(KerasStemError, match="masked"):
        grid_of(map_of(TURNS, (2, 3)), np.zeros(6, bool))


def test_maps_that_are_no_grid_are_refused(rng):
    with pytest.raises(KerasStemError, match="2 x 2"):
        grid_of(map_of(random_rotations(5, rng), (1, 5)))
    missing = map_of(TURNS, (2, 3))[np.arange(6) != 4]
    with pytest.raises(KerasStemError, match="2 x 3"):
        grid_of(missing)
