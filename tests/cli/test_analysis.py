"""``kstem grains``, ``boundaries``, ``compare-maps`` and ``clean``: what they write and say."""

import pytest
from grids import map_of

from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map


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
