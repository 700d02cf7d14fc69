"""``kstem grains``: what it writes and says."""

import csv
import json
import shutil

import numpy as np
import pytest
from figure_files import figures_of
from grids import LAYOUT, map_of
from matplotlib.image import imread

from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map


def test_grains_are_written(run, map_path, tmp_path):
    out = run("grains", map_path, "--all", "--min-size", 2)
    assert "2 grains, 2 of which touch the edge of the map." in out
    assert "1 points of grains below 2 points were absorbed." in out
    folder = tmp_path / "map-grains"
    assert figures_of(folder) == {"grains", "local_misorientation", "grain_sizes"}
    with (folder / "grains.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["points"]) for row in rows] == [90, 60]
    assert float(rows[0]["area"]) == 90 * 4
    assert rows[0]["phase"] == "LiNiO2"
    statistics = json.loads((folder / "grains.json").read_text())
    assert statistics["points"] == {"all": 150, "in_grains": 150, "masked": 0, "absorbed": 1, "dropped": 0}
    assert statistics["origin"]["model"] == "models:/LiNiO2/1"
    assert statistics["settings"]["threshold"] == 5
    np.testing.assert_array_equal(np.load(folder / "grain_numbers.npy") == 1, LAYOUT == 1)
    assert imread(folder / "grains.png").std() > 0.1


def test_points_of_low_q_are_left_out(run, map_path, tmp_path):
    run("grains", map_path, "--out", tmp_path / "g", "--small", "drop", "--min-size", 2)
    points = json.loads((tmp_path / "g" / "grains.json").read_text())["points"]
    assert (points["masked"], points["dropped"], points["in_grains"]) == (15, 1, 134)


@pytest.mark.slow
def test_maps_that_differ_by_their_suffix_have_folders_of_their_own(run, tmp_path, rng):
    rotations = random_rotations(30, rng)
    write_map(tmp_path / "map.h5", map_of(rotations, (5, 6)), {})
    write_map(tmp_path / "map.ang", map_of(rotations, (5, 6)), {})
    shutil.copy(tmp_path / "map.h5", tmp_path / "map.hdf5")
    for name in ("map.h5", "map.hdf5", "map.ang"):
        run("grains", tmp_path / name)
    folders = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert folders == {"map-grains", "map.hdf5-grains", "map.ang-grains"}
