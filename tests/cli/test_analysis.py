"""``kstem grains``, ``boundaries``, ``compare-maps`` and ``clean``: what they write and say."""

import csv
import json
import shutil

import numpy as np
import orix.io
import pytest
from grids import layout_map, map_of
from matplotlib.image import imread
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import BEAM_TWOFOLD
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map

LAYOUT = np.zeros((10, 15), int)
LAYOUT[:, 9:] = 1
LAYOUT[3, 3] = 2
"""Two grains and one odd point."""


@pytest.fixture
def map_path(tmp_path, rng):
    path = tmp_path / "map.h5"
    made = layout_map(LAYOUT, random_rotations(3, rng), Q=np.where(np.arange(150) < 15, 5.0, 50.0))
    write_map(path, made, {"model": "models:/LiNiO2/1"})
    return path


def figures_of(folder):
    return {path.stem for path in folder.glob("*.png")} & {path.stem for path in folder.glob("*.svg")}


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


def test_boundaries_are_written(run, map_path, tmp_path):
    out = run("boundaries", map_path, "--all", "--special", "oxide-60", "--special", "mine:40:0,0,1:2")
    assert "14 segments, 28 nm in all." in out
    assert "60° about c" in out
    assert "mine" in out
    folder = tmp_path / "map-boundaries"
    assert figures_of(folder) == {"boundaries", "misorientations"}
    with (folder / "boundaries.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    assert {"x1", "angle", "axis_3"} <= set(rows[0])
    told = json.loads((folder / "boundaries.json").read_text())
    assert told["shares"]["low_angle"] + told["shares"]["high_angle"] == pytest.approx(1)
    assert {row["class"] for row in rows} <= set(told["classes"])
    assert {"60° about c", "mine"} <= set(told["classes"])
    assert sum(told["classes"].values()) == pytest.approx(1)


@pytest.mark.parametrize("small", ["absorb", "drop"])
def test_boundaries_are_those_of_the_grains(run, map_path, tmp_path, small):
    options = ("--all", "--min-size", 2, "--small", small)
    run("grains", map_path, *options)
    grains = json.loads((tmp_path / "map-grains" / "grains.json").read_text())["grains"]
    out = run("boundaries", map_path, *options)
    assert f"{grains} grains." in out
    assert "10 segments, 20 nm in all." in out  # without the four around the odd point


def test_one_map_cleaned_and_compared(run, map_path, tmp_path):
    cleaned = tmp_path / "clean.h5"
    assert "odd points: 1 of 150 points changed" in run("clean", map_path, cleaned, "--odd", "--all")
    found = orix.io.load(cleaned)
    assert np.flatnonzero(found.prop["cleaned"]).tolist() == [3 * 15 + 3]
    out = run("compare-maps", map_path, cleaned, "--all")
    assert "All points" in out
    told = json.loads((tmp_path / "map-difference" / "difference.json").read_text())
    parts = {part["name"]: part for part in told["parts"]}
    assert parts["All points"]["differing"] == pytest.approx(1 / 150)
    assert parts["Grain interiors"]["differing"] == 0
    assert told["origins"][1]["cleaned"] == "odd points: 1"
    assert figures_of(tmp_path / "map-difference") == {"difference", "places"}
    assert np.count_nonzero(np.load(tmp_path / "map-difference" / "disorientation.npy") > 5) == 1


def test_maps_of_other_steps_and_shapes_are_told(run, tmp_path, rng):
    rotations = random_rotations(30, rng)
    write_map(tmp_path / "a.h5", map_of(rotations, (5, 6), step=2.0), {})
    write_map(tmp_path / "b.h5", map_of(rotations, (5, 6), step=0.003, unit="um"), {})
    write_map(tmp_path / "c.h5", map_of(rotations, (5, 6), step=0.002, unit="um"), {})
    write_map(tmp_path / "d.h5", map_of(rotations, (6, 5), step=2.0), {})
    assert "different steps along y, 2 nm and 3 nm" in run(
        "compare-maps", tmp_path / "a.h5", tmp_path / "b.h5"
    )
    told = json.loads((tmp_path / "a-difference" / "difference.json").read_text())
    assert "2 nm and 3 nm" in told["note"]
    assert "different steps" not in run("compare-maps", tmp_path / "a.h5", tmp_path / "c.h5")
    told = run("compare-maps", tmp_path / "a.h5", tmp_path / "d.h5", status=1)
    assert "same shape, found 5 x 6 and 6 x 5" in told


def test_maps_that_differ_by_their_suffix_have_folders_of_their_own(run, tmp_path, rng):
    rotations = random_rotations(30, rng)
    write_map(tmp_path / "map.h5", map_of(rotations, (5, 6)), {})
    write_map(tmp_path / "map.ang", map_of(rotations, (5, 6)), {})
    shutil.copy(tmp_path / "map.h5", tmp_path / "map.hdf5")
    for name in ("map.h5", "map.hdf5", "map.ang"):
        run("grains", tmp_path / name)
    folders = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert folders == {"map-grains", "map.hdf5-grains", "map.ang-grains"}


def test_variants_are_fused_and_counted(run, tmp_path, rng):
    rotations = Rotation(np.tile(random_rotations(1, rng).data, (100, 1)))
    data, other = rotations.data.copy(), np.arange(0, 100, 7)
    data[other] = (rotations[other] * BEAM_TWOFOLD).data
    write_map(tmp_path / "map.h5", map_of(Rotation(data), (10, 10)), {})
    out = run("clean", tmp_path / "map.h5", tmp_path / "out.ang", "--fuse", "half-turn")
    assert f"fused, half turn about the beam: {len(other)} of 100 points changed" in out
    assert orix.io.load(tmp_path / "out.ang").size == 100


@pytest.mark.parametrize("name", ["grains", "boundaries"])
@pytest.mark.parametrize(
    ("file", "frame"), [("ACOM.ang", "astar"), ("astar_copper.ctf", "oxford"), ("twins.ctf", "oxford")]
)
@pytest.mark.slow
def test_maps_of_other_programs(run, real_files, tmp_path, name, file, frame):
    folder = tmp_path / "out"
    said = run(name, real_files / "maps" / file, "--frame", frame, "--out", folder)
    assert f"Wrote the {name} of" in said
    written = {path.name for path in folder.iterdir()}
    assert {f"{name}.csv", f"{name}.json", f"{name}.png", f"{name}.svg"} <= written


@pytest.mark.parametrize("name", ["grains", "boundaries"])
def test_what_cannot_be_analysed_is_one_clear_line(run, real_files, map_path, tmp_path, name):
    maps = real_files / "maps"
    assert "give --frame" in run(name, maps / "ACOM.ang", status=1)
    assert "was cut off" in run(name, maps / "data.ctf", "--frame", "oxford", status=1)
    assert "nothing at" in run(name, tmp_path / "no.ctf", "--frame", "oxford", status=1)
    assert "masked" in run(name, map_path, "--min-q", 99, status=1)
    (tmp_path / "broken.h5").write_bytes(map_path.read_bytes()[:4000])
    assert "cannot read" in run(name, tmp_path / "broken.h5", status=1).lower()
    assert "Expected a threshold" in run(name, map_path, "--threshold", 0, status=1)
    assert not list(tmp_path.glob("*-*"))


def test_wrong_steps_are_clear_errors(run, map_path, tmp_path):
    assert "Expected a step of cleaning" in run("clean", map_path, tmp_path / "o.h5", status=1)
    assert "NAME:ANGLE" in run("clean", map_path, tmp_path / "o.h5", "--fuse", "sigma4", status=1)
    assert "end in" in run("clean", map_path, tmp_path / "o.txt", "--odd", status=1)
    assert not list(tmp_path.glob("o.*"))


def test_a_scan_is_never_replaced_by_a_map(run, own_scan, map_path):
    before = own_scan.read_bytes()
    for arguments in (("clean", map_path, own_scan, "--odd"), ("export", own_scan, own_scan)):
        assert "is a scan with patterns" in run(*arguments, status=1)
    assert own_scan.read_bytes() == before
    own_scan.write_bytes(before[: len(before) // 2])
    assert "broken HDF5" in run("clean", map_path, own_scan, "--odd", status=1)
    assert "cannot read" in run("compare-maps", map_path, own_scan, status=1)


def test_a_frame_is_for_maps_that_do_not_tell_theirs(run, map_path, tmp_path):
    assert "leave out --frame" in run("grains", map_path, "--frame", "oxford", status=1)
    run("export", map_path, tmp_path / "map.ctf")
    out = run("compare-maps", map_path, tmp_path / "map.ctf", "--frame", "oxford", "--out", tmp_path / "d")
    assert "0.0%" in out


def test_what_is_no_map_is_told(run, tmp_path, map_path):
    assert "nothing at" in run("grains", tmp_path / "no.h5", status=1)
    assert "give its map.h5" in run("grains", tmp_path, status=1)
    assert "there is no folder" in run("clean", map_path, tmp_path / "no" / "o.h5", "--odd", status=1)
    assert "found o.txt" in run("clean", map_path, tmp_path / "o.txt", "--odd", status=1)
    twice = ("--special", "a:60:0,0,1", "--special", "a:30:0,0,1")
    assert "different names" in run("boundaries", map_path, *twice, status=1)


def test_one_row_and_no_q_are_clear_errors(run, tmp_path, rng):
    write_map(tmp_path / "row.h5", map_of(random_rotations(5, rng), (1, 5)), {})
    for name in ("grains", "boundaries"):
        assert "a line has no grains" in run(name, tmp_path / "row.h5", status=1)
    assert "has no Q" in run("grains", tmp_path / "row.h5", "--min-q", 5, status=1)
