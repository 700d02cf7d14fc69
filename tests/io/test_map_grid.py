"""Maps completed to a grid: missing points, any order, orientations that are not a number."""

import numpy as np
import pytest
from orix.crystal_map import CrystalMap, PhaseList
from orix.quaternion import Rotation
from shaped_maps import FORMATS, FRAMES, made, require_equal

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import (
    completed,
    grid_shape,
    map_extent,
    map_steps,
    part_of,
    require_shape,
    with_steps,
)


def test_rows_in_any_order_and_missing_ones(greek_labels, rng, tmp_path):
    path = tmp_path / "map.ang"
    write_map(path, greek_labels, {})
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows = [line for line in lines if not line.startswith("#")]
    kept = rng.permutation([k for k in range(12) if k != 6])
    path.write_text("\n".join([*head, *(rows[k] for k in kept)]), encoding="utf-8")
    found, _ = load_map(path, "edax3")
    assert found.shape == (3, 4)
    assert np.flatnonzero(found.phase_id < 0).tolist() == [6]
    indexed = np.arange(12) != 6
    pair = found.rotations[indexed], greek_labels.rotations[indexed]
    assert np.rad2deg(disorientation(*pair, proper_point_group(linio2()))).max() < 1e-3


def test_points_in_any_order_with_rounded_positions(rng):
    given = made((30, 40), None, rng)
    order = rng.permutation(given.size)
    shuffled = CrystalMap(
        given.rotations[order],
        phase_id=given.phase_id[order],
        x=np.round(given.x[order] * 0.096 / 100, 4),  # 0.00192 to four digits, as ASTAR writes
        y=np.round(given.y[order] * 0.064 / 100, 4),
        phase_list=PhaseList(given.phases),
        prop={"Q": given.prop["Q"][order]},
        scan_unit="um",
    )
    found = completed(shuffled)
    assert grid_shape(found) == (30, 40)
    np.testing.assert_array_equal(found.prop["Q"], given.prop["Q"])
    assert (found.dy, found.dx) == pytest.approx((0.00192, 0.00192), rel=1e-3)


@pytest.mark.parametrize("suffix", FORMATS)
def test_orientations_that_are_not_a_number_are_not_indexed(suffix, rng, tmp_path):
    given = made((5, 6), None, rng)
    data = given.rotations.data.copy()
    data[7] = np.nan
    broken = CrystalMap(
        Rotation(data), given.phase_id, given.x, given.y, given.phases, {"Q": given.prop["Q"]}, "nm"
    )
    write_map(tmp_path / f"map.{suffix}", broken, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    assert found.phase_id[7] == -1
    others = np.arange(30) != 7
    require_equal(found[others], given[others])


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_column_whose_orientations_are_not_a_number_stays(suffix, rng, tmp_path):
    given = made((5, 6), None, rng)
    data = given.rotations.data.copy()
    last = given.x == given.x.max()
    data[last] = np.nan
    broken = CrystalMap(Rotation(data), given.phase_id, given.x, given.y, given.phases, scan_unit="nm")
    write_map(tmp_path / f"map.{suffix}", broken, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    assert grid_shape(found) == (5, 6)
    assert np.all(found.phase_id[last] == -1)
    require_equal(found[~last], given[~last])


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_map_without_any_orientation_is_not_indexed(suffix, rng, tmp_path):
    given = made((5, 6), None, rng)
    broken = CrystalMap(Rotation(np.full((30, 4), np.nan)), x=given.x, y=given.y, scan_unit="nm")
    write_map(tmp_path / f"map.{suffix}", broken, {})
    assert load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])[0].phase_id.tolist() == [-1] * 30


def test_shape_steps_and_extent_of_a_map(labels):
    assert (grid_shape(labels), map_steps(labels), map_extent(labels)) == ((4, 6), (3.0, 2.0), (12.0, 12.0))
    row = part_of(labels, slice(0, 1), slice(None))
    assert (grid_shape(row), map_steps(row)) == ((1, 6), (2.0, 2.0))
    with pytest.raises(KerasStemError, match="labels of 6 x 4 positions for a scan, found 4 x 6"):
        require_shape(labels, (6, 4), "a scan")


def test_a_part_begins_at_its_first_position(labels):
    found = part_of(labels, slice(1, 3), slice(4, 6))
    assert found.prop["Q"].tolist() == [10, 11, 16, 17]
    assert found.x.tolist() == [0, 2, 0, 2] and found.y.tolist() == [0, 0, 3, 3]


def test_other_steps_leave_the_rest(labels):
    found = with_steps(labels, (1.0, 0.5), "um")
    assert (map_steps(found), found.scan_unit) == ((1.0, 0.5), "um")
    np.testing.assert_array_equal(found.prop["Q"], labels.prop["Q"])
