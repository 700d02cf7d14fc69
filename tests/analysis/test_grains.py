"""Properties of grains against what they have to be."""

import numpy as np
import pytest
from grids import NICKEL, defdap_map, grid_from, layout_map
from orix.quaternion import Orientation, Rotation, symmetry

from keras_stem.analysis.grains import kernel_average, measure_grains
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import Segmentation, segment
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations, small_rotations

LAYOUT = np.array([[0, 0, 0, 1, 1], [0, 0, 0, 1, 1], [0, 2, 2, 1, 1], [0, 0, 0, 1, 1]])
"""Three grains; the third does not touch the edge."""


@pytest.fixture
def measured(rng):
    orientations = random_rotations(3, rng)
    grid = grid_of(layout_map(LAYOUT, orientations))
    return orientations, measure_grains(grid, LAYOUT.ravel())


def test_sizes_are_in_the_unit_of_the_map(measured):
    _, grains = measured
    np.testing.assert_array_equal(grains.points, [10, 8, 2])
    np.testing.assert_allclose(grains.area, [40, 32, 8])  # the step is 2
    np.testing.assert_allclose(np.pi / 4 * grains.diameter**2, grains.area)
    np.testing.assert_array_equal(grains.edge, [True, True, False])


def test_shapes(measured):
    _, grains = measured
    np.testing.assert_allclose((grains.x[1], grains.y[1]), (7.0, 3.0))
    np.testing.assert_allclose(grains.aspect[1:], 2.0)  # 4 x 2 and 1 x 2 points
    square = measure_grains(grid_from(Rotation(np.tile([1.0, 0, 0, 0], (9, 1))), (3, 3)), np.zeros(9, int))
    np.testing.assert_allclose(square.aspect, 1.0)


def test_a_slanted_grain_is_as_long_as_a_straight_one(rng):
    rows, columns = np.indices((60, 60))
    along, across = (columns + rows - 59) / np.sqrt(2), (columns - rows) / np.sqrt(2)
    inside = (along / 24) ** 2 + (across / 8) ** 2 < 1
    grid = grid_from(Rotation(np.tile([1.0, 0, 0, 0], (3600, 1))), (60, 60))
    grains = measure_grains(grid, np.where(inside, 0, -1).ravel())
    assert grains.aspect[0] == pytest.approx(3, rel=0.03)


@pytest.mark.parametrize("group", ["R-3m", "Fm-3m"])
def test_the_mean_is_that_of_the_nearest_equivalents(group, rng):
    phase = linio2() if group == "R-3m" else NICKEL
    symmetries = symmetry.D3 if group == "R-3m" else symmetry.O
    truth = random_rotations(1, rng)
    scattered = small_rotations(np.deg2rad(rng.rayleigh(1.5, 400)), rng) * truth
    picked = Rotation(symmetries.data[rng.integers(symmetries.size, size=400)])
    grid = grid_from(picked * scattered, (20, 20), phase=phase)
    grains = measure_grains(grid, np.zeros(400, int))
    assert np.rad2deg(disorientation(grains.orientation, truth, symmetries))[0] < 0.25
    away = disorientation(scattered, Rotation(np.tile(grains.orientation.data, (400, 1))), symmetries)
    np.testing.assert_allclose(grains.deviation, np.rad2deg(away), atol=1e-6)
    np.testing.assert_allclose(grains.gos, [np.rad2deg(away.mean())])


def test_orix_has_the_same_mean(rng):
    truth = random_rotations(1, rng)
    scattered = small_rotations(np.deg2rad(rng.rayleigh(2, 100)), rng) * truth
    grains = measure_grains(grid_from(scattered, (10, 10)), np.zeros(100, int))
    expected = Orientation(scattered.data).mean()
    assert np.rad2deg(disorientation(grains.orientation, Rotation(expected.data), symmetry.C1))[0] < 0.01


def test_absorbed_points_count_for_the_size_alone(rng):
    truth = random_rotations(2, rng)
    layout = np.zeros((3, 3), int)
    layout[1, 1] = 1
    grid = grid_of(layout_map(layout, truth))
    found = segment(grid, Segmentation(min_size=2))
    grains = measure_grains(grid, found.numbers, found.absorbed)
    assert grains.points.tolist() == [9]
    assert grains.gos[0] == pytest.approx(0, abs=1e-5)
    assert np.isnan(grains.deviation[4])
    local_misorientation = kernel_average(grid, found.numbers, 4, found.absorbed)
    assert np.isnan(local_misorientation[4])
    np.testing.assert_allclose(np.delete(local_misorientation, 4), 0, atol=1e-5)


def test_kernel_average_is_the_mean_of_the_neighbours_in_the_grain():
    angles = np.deg2rad([[0, 1, 3], [0, 1, 3]])
    rotations = Rotation.from_axes_angles([0, 0, 1], angles.ravel())
    grid = grid_from(rotations, (2, 3), phase=NICKEL)
    found = kernel_average(grid, np.zeros(6, int))
    np.testing.assert_allclose(found.reshape(2, 3), [[0.5, 1, 1]] * 2, atol=1e-5)
    with_corners = kernel_average(grid, np.zeros(6, int), 8)
    np.testing.assert_allclose(with_corners.reshape(2, 3), [[2 / 3, 6 / 5, 4 / 3]] * 2, atol=1e-5)
    parted = kernel_average(grid, np.array([0, 0, 1, 0, 0, 2]))
    np.testing.assert_allclose(parted[[0, 1]], 0.5, atol=1e-5)
    assert np.isnan(parted[[2, 5]]).all()


def test_a_real_map_has_sensible_grains(real_files):
    grid = grid_of(defdap_map(real_files / "maps" / "defdap"))
    found = segment(grid)
    grains = measure_grains(grid, found.numbers)
    assert grains.points.sum() == 243 * 359
    assert grains.area.sum() == pytest.approx(243 * 359 * 0.12**2)
    assert 0.1 < np.average(grains.gos, weights=grains.points) < 1.5
    assert grains.edge.sum() < len(grains)
    assert grains.aspect.min() >= 1
