"""Grains told apart: by hand, by another program, and on a simulated scan with truth."""

import numpy as np
import pytest
from grids import NICKEL, defdap_map, grid_from, layout_map, map_of
from orix.crystal_map import CrystalMap, Phase
from orix.quaternion import Rotation, symmetry
from sklearn.metrics import adjusted_rand_score

from keras_stem.analysis.grains import measure_grains
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import Segmentation, segment, without_small_grains
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError


def apart(count, degrees=20.0):
    """Orientations turned about lab z in steps that no symmetry undoes."""
    angles = np.deg2rad(degrees) * np.arange(count)
    return Rotation.from_axes_angles([1, 2, 5], angles)


def numbers_of(layout, **settings):
    grid = grid_of(layout_map(np.asarray(layout), apart(5)))
    found = segment(grid, Segmentation(**settings))
    return found.numbers.reshape(grid.shape), found


def test_grains_are_numbered_in_reading_order():
    numbers, _ = numbers_of([[3, 3, 1], [3, 0, 1], [0, 0, 0]])
    np.testing.assert_array_equal(numbers, [[0, 0, 1], [0, 2, 1], [2, 2, 2]])


def test_corners_join_only_with_eight_neighbours():
    layout = [[1, 0], [0, 1]]
    assert numbers_of(layout)[0].max() == 3
    np.testing.assert_array_equal(numbers_of(layout, neighbours=8)[0], [[0, 1], [1, 0]])


@pytest.mark.parametrize("angle", [4.9, 5.1])
def test_the_threshold_is_the_largest_angle_within(angle):
    grid = grid_from(apart(4, angle), (2, 2))
    grid = grid_from(Rotation(grid.rotations.data[[0, 1, 0, 1]]), (2, 2))
    assert segment(grid, Segmentation(threshold=5)).numbers.max() == int(angle > 5)


def test_symmetric_equivalents_are_one_grain(rng):
    group = symmetry.D3
    base = random_rotations(1, rng)
    rotations = Rotation(np.tile((Rotation(group.data) * base).data, (2, 1)))
    assert segment(grid_from(rotations, (2, 6))).numbers.max() == 0


def test_masked_points_part_grains_and_have_no_number():
    made = layout_map(np.zeros((3, 3), int), apart(1))
    visible = np.array([1, 0, 1, 1, 0, 1, 1, 0, 1], bool)
    numbers = segment(grid_of(made, visible)).numbers.reshape(3, 3)
    np.testing.assert_array_equal(numbers, [[0, -1, 1]] * 3)


def test_phases_part_grains():
    made = layout_map(
        np.zeros((2, 4), int), apart(1), phase=[linio2(), NICKEL], phase_id=np.array([0, 0, 1, 1] * 2)
    )
    np.testing.assert_array_equal(segment(grid_of(made)).numbers.reshape(2, 4), [[0, 0, 1, 1]] * 2)


def test_small_grains_are_absorbed_by_what_touches_them_most():
    layout = [[0, 0, 0, 1], [0, 2, 0, 1], [0, 0, 1, 1]]
    numbers, found = numbers_of(layout, min_size=2)
    np.testing.assert_array_equal(numbers, [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 1]])
    np.testing.assert_array_equal(np.flatnonzero(found.absorbed), [5])
    assert not found.dropped.any()


def test_small_grains_are_dropped_on_demand():
    numbers, found = numbers_of([[0, 0, 0], [0, 2, 0], [0, 0, 0]], min_size=2, small="drop")
    assert numbers[1, 1] == -1
    assert found.dropped.sum() == 1
    assert not found.absorbed.any()


def test_a_small_grain_of_another_phase_is_not_absorbed():
    made = layout_map(
        np.zeros((3, 3), int), apart(1), phase=[linio2(), NICKEL], phase_id=np.eye(1, 9, 4, dtype=int)[0]
    )
    found = segment(grid_of(made), Segmentation(min_size=2))
    assert found.numbers[4] == -1
    assert found.dropped.sum() == 1


@pytest.mark.parametrize(
    "wrong", [{"threshold": 0}, {"neighbours": 6}, {"min_size": 0}, {"small": "merge"}, {"threshold": np.nan}]
)
def test_impossible_settings_are_clear_errors(wrong):
    with pytest.raises(KerasStemError, match="Expected"):
        Segmentation(**wrong)


def test_a_map_of_small_grains_only_is_a_clear_error(rng):
    with pytest.raises(KerasStemError, match="No grain has 3 points; the largest has 1"):
        segment(grid_from(random_rotations(16, rng), (4, 4)), Segmentation(min_size=3, small="drop"))


def test_what_is_no_square_map_is_a_clear_error(rng):
    rotations = random_rotations(12, rng)
    with pytest.raises(KerasStemError, match="a line has no grains"):
        grid_from(rotations, (1, 12))
    with pytest.raises(KerasStemError, match="masked"):
        grid_of(map_of(rotations, (3, 4)), np.zeros(12, bool))
    with pytest.raises(KerasStemError, match="point group"):
        grid_from(rotations, (3, 4), phase=Phase("unknown"))
    hexagonal = CrystalMap(
        rotations,
        x=np.tile([0.0, 1, 2, 0.5, 1.5, 2.5], 2),
        y=np.repeat([0.0, 0.87, 1.73, 2.6], 3),
        phase_list=map_of(rotations, (3, 4)).phases,
    )
    with pytest.raises(KerasStemError, match="hexagonal"):
        grid_of(hexagonal)
    broken = Rotation(np.where(np.arange(12)[:, None] == 5, np.nan, rotations.data))
    with pytest.raises(KerasStemError, match="NaN or infinity"):
        grid_of(map_of(broken, (3, 4)))
    y, x = np.indices((3, 4))
    oblong = CrystalMap(rotations, x=x.ravel() * 1.0, y=y.ravel() * 2.0, phase_list=hexagonal.phases)
    assert grid_of(oblong).steps == (2.0, 1.0)


@pytest.mark.parametrize(("least", "grains"), [(0, 141), (10, 109), (100, 76)])
def test_defdap_finds_the_same_grains(real_files, least, grains):
    folder = real_files / "maps" / "defdap"
    expected = np.load(folder / f"ebsd_grains_5deg_{least}.npz")["grains"].ravel()
    settings = Segmentation(min_size=max(least, 1), small="drop")
    found = segment(grid_of(defdap_map(folder)), settings).numbers
    assert found.max() + 1 == grains
    np.testing.assert_array_equal(found == -1, expected < 0)
    assert adjusted_rand_score(expected, found) == 1


def test_the_grains_of_a_simulated_scan_are_found(scan):
    """Touching grains of one orientation do not occur; the truth has no noise."""
    labels = scan.labels
    truth = np.asarray(labels.prop["truth_grain"])
    real = truth >= 0
    made = map_of(Rotation.from_euler(labels.prop["truth_euler"]), scan.info.shape)
    found = segment(grid_of(made, real)).numbers
    assert found.max() + 1 == len(np.unique(truth[real]))
    assert adjusted_rand_score(truth[real], found[real]) == 1


def test_noisy_labels_have_the_sizes_of_the_true_grains(scan):
    """Some labels are wrong, and patterns overlap at boundaries."""
    labels = scan.labels
    truth, clear = np.asarray(labels.prop["truth_grain"]), labels.prop["Q"] >= 20
    grid = grid_of(labels, clear)
    found = segment(grid, Segmentation(min_size=5))
    grains = measure_grains(grid, found.numbers, found.absorbed)
    expected = np.bincount(truth[clear & (truth >= 0)])
    assert len(grains) == np.sum(expected >= 5)
    np.testing.assert_allclose(np.sort(grains.points), np.sort(expected[expected >= 5]), rtol=0.1, atol=3)


def test_a_map_without_its_small_grains():
    layout = np.array([[0, 0, 0, 1, 1], [0, 2, 0, 3, 1], [0, 0, 0, 1, 1]])
    grid = grid_of(layout_map(layout, apart(5)))
    for small, expected in (("absorb", np.array([0, 1])), ("drop", None)):
        found = without_small_grains(grid, segment(grid, Segmentation(min_size=2, small=small)))
        inside = found.rotations.data.reshape(3, 5, 4)[1, [1, 3]]
        if expected is None:
            assert not found.shown.reshape(3, 5)[1, [1, 3]].any()
            assert found.shown.sum() == 13
        else:
            assert found.shown.all()
            np.testing.assert_allclose(inside, apart(5).data[expected])
    kept = without_small_grains(grid, segment(grid))
    np.testing.assert_array_equal(kept.rotations.data, grid.rotations.data)
