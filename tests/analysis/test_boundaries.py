"""Boundaries and their misorientations, and those that are special."""

import numpy as np
import pytest
from grids import NICKEL, defdap_map, grid_from, layout_map
from orix.crystal_map import Phase
from orix.quaternion import Misorientation, Rotation, symmetry
from scipy.stats import kstest

from keras_stem.analysis.boundaries import find_boundaries
from keras_stem.analysis.boundary_classes import boundary_classes, boundary_shares
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.random_boundaries import random_angles
from keras_stem.analysis.special_boundaries import SPECIAL, SpecialBoundary, is_special, special_boundary
from keras_stem.choices import SPECIAL_BOUNDARIES
from keras_stem.crystal.disorientation import smallest_misorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations, rotations_about, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.map_files import load_map

GROUPS = {"cubic": symmetry.O, "hexagonal": symmetry.D6, "trigonal": symmetry.D3, "triclinic": symmetry.C1}


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


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_orix_has_the_same_angles(group, rng):
    first, second = random_rotations(200, rng), random_rotations(200, rng)
    angles, axes = smallest_misorientation(first, second, group)
    expected = Misorientation((second * ~first).data, symmetry=(group, group)).reduce()
    np.testing.assert_allclose(angles, expected.angle, atol=1e-6)
    # Turned back by angle and axis, they are equivalent again.
    turned = rotations_about(axes, angles) * first
    assert smallest_misorientation(turned, second, group)[0].max() < 1e-3


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


def test_low_and_high_angle_shares():
    rotations = Rotation.from_axes_angles([0, 0, 1], np.deg2rad([0, 10, 30, 0, 10, 30]))
    grid = grid_from(rotations, (2, 3), phase=NICKEL)
    shares = boundary_shares(grid, find_boundaries(grid))
    assert (shares.low_angle, shares.high_angle) == (0.5, 0.5)
    alike = grid_from(Rotation(np.tile([1.0, 0, 0, 0], (4, 1))), (2, 2))
    assert np.isnan(boundary_shares(alike, find_boundaries(alike)).low_angle)


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


def test_the_random_distribution_is_mackenzies():
    """Mean 40.74 deg, mode 45 deg, largest 62.80 deg; Mackenzie, Biometrika 45 (1958) 229."""
    angles, density = random_angles(symmetry.O)
    step = angles[1] - angles[0]
    assert (angles * density).sum() * step == pytest.approx(40.74, abs=0.02)
    assert angles[density.argmax()] == pytest.approx(45, abs=0.3)
    assert angles[density > 1e-6].max() == pytest.approx(62.8, abs=0.4)


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_random_pairs_follow_the_random_distribution(group, rng):
    first, second = random_rotations(4000, rng), random_rotations(4000, rng)
    found = np.rad2deg(smallest_misorientation(first, second, group)[0])
    angles, density = random_angles(group)
    cumulative = np.cumsum(density) * (angles[1] - angles[0])
    assert kstest(found, lambda x: np.interp(x, angles, cumulative)).pvalue > 0.01
    # It can fail: a texture is not random.
    assert kstest(0.9 * found, lambda x: np.interp(x, angles, cumulative)).pvalue < 1e-6


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


def test_copper_is_full_of_annealing_twins(real_files):
    crystal_map, _ = load_map(real_files / "maps" / "astar_copper.ctf", "oxford")
    grid = grid_of(crystal_map)
    shares = boundary_shares(grid, find_boundaries(grid), [SPECIAL["sigma3"], SPECIAL["sigma5"]])
    assert shares.special["Σ3"] > 0.35 > 0.05 > shares.special["Σ5"]


def test_each_segment_is_in_one_class(real_files):
    crystal_map, _ = load_map(real_files / "maps" / "twins.ctf", "oxford")
    grid = grid_of(crystal_map)
    found = find_boundaries(grid)
    wide = SpecialBoundary("wide", 86.3, (1, 0, 0), 10)
    twin = SPECIAL["hcp-10-12"]
    for specials in ((), (twin,), (twin, wide), (wide, twin)):
        classes = boundary_classes(grid, found, specials)
        np.testing.assert_array_equal(np.sum([one.chosen for one in classes], axis=0), 1)
        assert sum(found.share(one.chosen) for one in classes) == pytest.approx(1)
    assert classes[0].name == "wide"
    assert not classes[1].chosen.any()  # all of them are "wide" already


def test_classes_of_two_phases_and_of_high_thresholds(rng):
    phase_id = np.array([0, 1, 1, 0, 1, -1])
    layout = np.zeros((2, 3), int)
    grid = grid_of(layout_map(layout, random_rotations(1, rng), phase=[linio2(), NICKEL], phase_id=phase_id))
    kinds = [one.kind for one in boundary_classes(grid, find_boundaries(grid))]
    assert kinds == ["low_angle", "high_angle", "between_phases"]
    names = [one.name for one in boundary_classes(grid, find_boundaries(grid, 20))]
    assert names == ["from 20°", "between phases"]
