"""Steps that change a map: what they change, and what they leave alone."""

import numpy as np
import pytest
from grids import NICKEL, grid_from, layout_map
from orix.quaternion import Rotation

from keras_stem.analysis.cleanup import fuse_variants, replace_odd_points
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.special_boundaries import SPECIAL
from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.crystal.symmetry import proper_point_group

SYMMETRY = proper_point_group(linio2())


@pytest.fixture
def two_grains(rng):
    """Two grains side by side, 8 x 12 points, each with 0.5 deg of noise."""
    layout = np.zeros((8, 12), int)
    layout[:, 6:] = 1
    truth = Rotation(random_rotations(2, rng).data[layout.ravel()])
    return small_rotations(np.full(96, np.deg2rad(0.5)), rng) * truth, truth


def changed_to(rotations, points, others):
    data = rotations.data.copy()
    data[points] = others.data
    return Rotation(data)


def test_single_odd_points_take_the_orientation_around_them(two_grains, rng):
    rotations, truth = two_grains
    odd = np.array([14, 40, 93])  # within, within, and at the edge of the map
    grid = grid_from(changed_to(rotations, odd, random_rotations(3, rng)), (8, 12))
    cleaned = replace_odd_points(grid)
    np.testing.assert_array_equal(np.flatnonzero(cleaned.changed), odd)
    assert np.rad2deg(disorientation(cleaned.grid.rotations, truth, SYMMETRY)).max() < 1
    others = ~cleaned.changed
    np.testing.assert_array_equal(cleaned.grid.rotations.data[others], grid.rotations.data[others])


def test_pairs_and_points_between_grains_are_left_alone(two_grains, rng):
    rotations, _ = two_grains
    pair = np.array([26, 27])
    twice = Rotation(np.repeat(random_rotations(1, rng).data, 2, axis=0))
    grid = grid_from(changed_to(rotations, pair, twice), (8, 12))
    assert not replace_odd_points(grid).changed.any()
    # Four around it are of one grain, four of the other: no majority.
    layout = np.zeros((3, 3), int)
    layout[0], layout[1, 2], layout[1, 1] = 1, 1, 2
    assert not replace_odd_points(grid_of(layout_map(layout, random_rotations(3, rng)))).changed.any()


def test_an_odd_phase_goes_too(rng):
    phase_id = np.zeros(25, int)
    phase_id[12] = 1
    made = layout_map(
        np.zeros((5, 5), int), random_rotations(1, rng), phase=[linio2(), NICKEL], phase_id=phase_id
    )
    cleaned = replace_odd_points(grid_of(made))
    assert np.flatnonzero(cleaned.changed).tolist() == [12]
    assert not cleaned.grid.phase.any()


@pytest.mark.parametrize("variant", [SPECIAL["oxide-60"], None], ids=["oxide-60", "half turn"])
def test_alternating_variants_are_fused(two_grains, variant, rng):
    rotations, truth = two_grains
    other = np.flatnonzero(rng.random(96) < 0.3)
    if variant is None:
        turned = rotations[other] * BEAM_TWOFOLD
    else:
        turned = Rotation.from_axes_angles([0, 0, 1], np.deg2rad(60)) * rotations[other]
    grid = grid_from(changed_to(rotations, other, turned), (8, 12))
    cleaned = fuse_variants(grid, variant)
    np.testing.assert_array_equal(np.flatnonzero(cleaned.changed), other)
    assert np.rad2deg(disorientation(cleaned.grid.rotations, truth, SYMMETRY)).max() < 1


def test_other_boundaries_are_not_fused(two_grains):
    rotations, _ = two_grains
    grid = grid_from(rotations, (8, 12))
    for variant in (SPECIAL["oxide-60"], SPECIAL["sigma3"], None):
        cleaned = fuse_variants(grid, variant)
        assert not cleaned.changed.any()
        np.testing.assert_array_equal(cleaned.grid.rotations.data, grid.rotations.data)


def test_masked_points_stay_masked(two_grains, rng):
    rotations, _ = two_grains
    from grids import map_of

    visible = rng.random(96) > 0.2
    grid = grid_of(map_of(rotations, (8, 12)), visible)
    for cleaned in (replace_odd_points(grid), fuse_variants(grid, None)):
        np.testing.assert_array_equal(cleaned.grid.shown, visible)
        assert not cleaned.changed[~visible].any()
