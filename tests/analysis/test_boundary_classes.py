"""Classes of boundaries and their shares of the length."""

import numpy as np
import pytest
from grids import NICKEL, grid_from, layout_map
from orix.quaternion import Rotation

from keras_stem.analysis.boundaries import find_boundaries
from keras_stem.analysis.boundary_classes import boundary_classes, boundary_shares
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.special_boundaries import SPECIAL, SpecialBoundary
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.map_files import load_map


def test_low_and_high_angle_shares():
    rotations = Rotation.from_axes_angles([0, 0, 1], np.deg2rad([0, 10, 30, 0, 10, 30]))
    grid = grid_from(rotations, (2, 3), phase=NICKEL)
    shares = boundary_shares(grid, find_boundaries(grid))
    assert (shares.low_angle, shares.high_angle) == (0.5, 0.5)
    alike = grid_from(Rotation(np.tile([1.0, 0, 0, 0], (4, 1))), (2, 2))
    assert np.isnan(boundary_shares(alike, find_boundaries(alike)).low_angle)


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
