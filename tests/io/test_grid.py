"""The rectangular grid of points with rounding errors, and points that have none."""

import numpy as np
import orix.io
import pytest
from orix.crystal_map import CrystalMap
from shaped_maps import FORMATS, FRAMES, STEPS, made, require_equal

from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.grid import find_grid
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import completed, grid_shape


def test_scattered_points_are_refused(rng):
    given = made((5, 6), None, rng)
    scattered = CrystalMap(given.rotations, x=rng.uniform(size=30), y=rng.uniform(size=30))
    with pytest.raises(KerasStemError, match=r"rectangular grid .* scattered"):
        completed(scattered)
    twice = CrystalMap(given.rotations, x=np.where(given.x == 2, 0, given.x), y=given.y)
    with pytest.raises(KerasStemError, match="several at the same"):
        completed(twice)
    with pytest.raises(KerasStemError, match="found none"):
        completed(given[given.prop["Q"] > 1e9])


@pytest.mark.parametrize("suffix", FORMATS)
def test_positions_with_rounding_errors(suffix, rng, tmp_path):
    given = made((5, 6), None, rng)
    noise = rng.normal(scale=1e-7, size=(2, 30))
    noisy = CrystalMap(
        given.rotations, given.phase_id, given.x + noise[0], given.y + noise[1], given.phases, scan_unit="nm"
    )
    assert len(np.unique(noisy.x)) == 30
    write_map(tmp_path / f"map.{suffix}", noisy, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    assert grid_shape(found) == grid_shape(completed(noisy)) == (5, 6)
    scale = 1.0 if suffix == "h5" else 1e3
    assert (found.dy * scale, found.dx * scale) == pytest.approx(STEPS, rel=1e-6)
    require_equal(found, given)
    told = orix.io.load(tmp_path / f"map.{suffix}")
    assert (told.dy * scale, told.dx * scale) == pytest.approx(STEPS, rel=1e-6)


def test_points_find_their_places():
    x, y = np.array([1.0, 3.5, 6.0, 1.0]), np.array([5.0, 5.0, 8.0, 8.0])
    grid = find_grid(x, y, "a map")
    assert (grid.shape, grid.steps, grid.origin, grid.size) == ((2, 3), (3.0, 2.5), (5.0, 1.0), 6)
    assert grid.places.tolist() == [0, 1, 5, 3]
    assert grid.x.tolist() == [1, 3.5, 6, 1, 3.5, 6] and grid.y.tolist() == [5, 5, 5, 8, 8, 8]


def test_a_hexagonal_grid_is_refused():
    rows, columns = np.indices((6, 8)).reshape(2, -1)
    x, y = columns + 0.5 * (rows % 2), rows * np.sqrt(3) / 2
    with pytest.raises(KerasStemError, match="rectangular grid in a map, found a hexagonal grid"):
        find_grid(x, y, "a map")


def test_positions_that_are_not_finite_are_refused():
    with pytest.raises(KerasStemError, match="finite positions in a map"):
        find_grid(np.array([0, np.nan]), np.zeros(2), "a map")
