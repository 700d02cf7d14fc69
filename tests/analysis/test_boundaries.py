"""Boundaries and their misorientations against orix and DefDAP."""

import numpy as np
import pytest
from grids import NICKEL, defdap_map, grid_from, layout_map
from orix.quaternion import Rotation

from keras_stem.analysis.boundaries import find_boundaries
from keras_stem.analysis.boundary_classes import boundary_shares
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.special_boundaries import SPECIAL
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.map_files import load_map


def test_segments_lie_between_the_grains(rng):
    layout = np.array([[0, 0, 1], [0, 1, 1]])
    found = find_boundaries(grid_of(layout_map(layout, random_rotations(2, rng))))
    assert {tuple(pair) for pair in found.pairs} == {(1, 2), (3, 4), (1, 4)}
    assert found.length == 6  # steps of 2 nm


def test_angle_and_axis_are_those_of_the_misorientation(rng):
    first = random_rotations(1, rng)
    turn = Rotation.from_axes_angles([1, 2, 3], np.deg2rad(25))
    rotations = Rotation(np.vstack([first.data, (turn * first).data] * 2))
    found = find_boundaries(grid_from(rotations, (2, 2), phase=NICKEL))
    np.testing.assert_allclose(found.angles, 25, atol=1e-4)
    axis = np.sort(np.abs(found.axes), axis=1)
    np.testing.assert_allclose(axis, np.tile(np.array([1, 2, 3]) / np.sqrt(14), (2, 1)), atol=1e-4)


def test_masked_points_have_no_boundary_and_phases_always_do(rng):
    layout = np.zeros((2, 3), int)
    phase_id = np.array([0, 1, 1, 0, 1, -1])
    made = layout_map(layout, random_rotations(1, rng), phase=[linio2(), NICKEL], phase_id=phase_id)
    grid = grid_of(made)
    found = find_boundaries(grid)
    assert {tuple(pair) for pair in found.pairs} == {(0, 1), (3, 4)}
    assert found.between_phases.all()
    assert np.isnan(found.angles).all()
    shares = boundary_shares(grid, found, [SPECIAL["sigma3"]])
    assert (shares.between_phases, shares.low_angle, shares.high_angle) == (1, 0, 0)
    assert shares.special == {"Σ3": 0}


@pytest.mark.parametrize("degrees", [5, 10])
def test_defdap_finds_the_same_boundaries(real_files, degrees):
    folder = real_files / "maps" / "defdap"
    expected = np.load(folder / f"ebsd_grain_boundaries_{degrees}deg.npz")
    grid = grid_of(defdap_map(folder))
    found = find_boundaries(grid, degrees)
    beside = np.diff(found.pairs, axis=1)[:, 0] == 1
    for name, chosen in (("points_x", beside), ("points_y", ~beside)):
        rows, columns = np.divmod(found.pairs[chosen, 0], grid.shape[1])
        ours, theirs = set(zip(columns, rows, strict=True)), {tuple(point) for point in expected[name]}
        assert len(ours & theirs) >= 0.99 * len(ours | theirs)


def test_magnesium_is_full_of_twins(real_files):
    crystal_map, _ = load_map(real_files / "maps" / "twins.ctf", "oxford")
    grid = grid_of(crystal_map)
    found = find_boundaries(grid)
    counts, edges = np.histogram(found.angles, np.arange(0, 95, 1.0))
    assert 85 <= edges[counts.argmax()] <= 86
    twins = (found.angles > 84) & (found.angles < 89)
    assert np.median(found.angles[twins]) == pytest.approx(86.3, abs=0.5)
    # About <11-20>: in the basal plane, along a (0, 60, 120 deg from e1).
    axes = found.axes[twins]
    azimuth = np.rad2deg(np.arctan2(axes[:, 1], axes[:, 0])) % 60
    assert np.median(np.abs(axes[:, 2])) < 0.05
    assert np.median(np.minimum(azimuth, 60 - azimuth)) < 3
    share = boundary_shares(grid, found, [SPECIAL["hcp-10-12"]]).special["{10-12} twin"]
    assert 0.5 < share < 0.57
