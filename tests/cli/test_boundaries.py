"""``kstem boundaries``: what it writes and says."""

import csv
import json

import pytest
from figure_files import figures_of


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
