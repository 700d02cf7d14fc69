"""How far two maps differ, and where."""

import numpy as np
import pytest
from grids import NICKEL, grid_from, layout_map, map_of
from orix.quaternion import Rotation

from keras_stem.analysis.compare import SMALL, compare_grids
from keras_stem.analysis.grid import grid_of
from keras_stem.crystal.disorientation import BEAM_TWOFOLD
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.errors import KerasStemError

LAYOUT = np.zeros((12, 12), int)
LAYOUT[:, 8:] = 1
LAYOUT[2:4, 2:4] = 2
"""Two grains, and a small one of four points."""


@pytest.fixture
def reference(rng):
    return layout_map(LAYOUT, random_rotations(3, rng))


def parts_of(difference):
    return {part.name: part for part in difference.parts}


def test_where_the_maps_differ_is_told(reference, rng):
    data = reference.rotations.data.copy()
    small = np.flatnonzero(LAYOUT.ravel() == 2)
    inner = 6 * 12 + 3
    data[small] = (reference.rotations[small] * BEAM_TWOFOLD).data
    data[inner] = random_rotations(1, rng).data
    quality = np.full(144, 50.0)
    quality[[inner, 0]] = 5
    found = compare_grids(grid_of(reference), grid_of(map_of(Rotation(data), (12, 12))), quality=quality)
    parts = parts_of(found)
    assert parts["All points"].points == 144
    assert parts["All points"].differing == pytest.approx(5 / 144)
    assert parts["All points"].half_turn == pytest.approx(4 / 144)
    tiny = parts[f"Grains below {SMALL} points"]
    assert (tiny.points, tiny.differing, tiny.half_turn) == (4, 1, 1)
    rim = 24 + 8  # columns 7 and 8, and those around the small grain
    assert (parts["At boundaries"].points, parts["At boundaries"].differing) == (rim, 0)
    interior = parts["Grain interiors"]
    assert interior.points == 144 - rim - 4
    assert interior.differing == pytest.approx(1 / interior.points)
    low = parts["Q below 20"]
    assert (low.points, low.differing, low.half_turn) == (2, 0.5, 0)


def test_the_angles_are_disorientations(reference, rng):
    moved = small_rotations(np.full(144, np.deg2rad(3)), rng) * reference.rotations
    found = compare_grids(grid_of(reference), grid_of(map_of(moved, (12, 12))))
    np.testing.assert_allclose(found.angles, 3, atol=1e-5)
    assert parts_of(found)["All points"].median == pytest.approx(3)
    assert parts_of(found)["All points"].differing == 0


def test_masked_points_and_other_phases_are_left_out(reference):
    visible = np.arange(144) >= 12
    phase_id = (np.arange(144) < 24).astype(int)
    other = map_of(reference.rotations, (12, 12), phase=[linio2(), NICKEL], phase_id=phase_id)
    found = compare_grids(grid_of(reference, visible), grid_of(other))
    assert np.isnan(found.angles[:24]).all()
    assert found.phases_differ == pytest.approx(12 / 132)
    assert parts_of(found)["All points"].points == 120


def test_maps_that_do_not_fit_are_clear_errors(reference, rng):
    grid = grid_of(reference)
    with pytest.raises(KerasStemError, match="12 x 12 and 4 x 36"):
        compare_grids(grid, grid_of(map_of(reference.rotations, (4, 36))))
    with pytest.raises(KerasStemError, match=r"found LiNiO2 .* in one map and Ni"):
        compare_grids(grid, grid_from(reference.rotations, (12, 12), phase=NICKEL))
    first, second = np.arange(144) < 72, np.arange(144) >= 72
    with pytest.raises(KerasStemError, match="no point"):
        compare_grids(grid_of(reference, first), grid_of(reference, second))
