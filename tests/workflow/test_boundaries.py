"""Boundaries of a map, by hand."""

import csv

import numpy as np
import pytest
from grids import LAYOUT, layout_map

from keras_stem.analysis.segmentation import Segmentation
from keras_stem.crystal.rotations import rotations_about
from keras_stem.workflow.boundaries import analyse_boundaries, write_boundaries
from keras_stem.workflow.prepare import PreparedMap


@pytest.fixture
def prepared():
    """Two grains 10° apart about z, with one point that is 40° from the first."""
    turned = rotations_about(np.tile([0, 0, 1], (3, 1)), np.deg2rad([0, 10, 40]))
    return PreparedMap(layout_map(LAYOUT, turned), np.ones(150, bool), {})


def test_segments_have_the_length_of_the_other_step(prepared):
    found = analyse_boundaries(prepared, Segmentation(min_size=2)).statistics
    assert (found["segments"], found["length"], found["unit"]) == (10, 20.0, "nm")
    assert found["shares"]["low_angle"] == 1
    found = analyse_boundaries(prepared).statistics
    assert (found["segments"], found["length"]) == (14, 28.0)
    assert found["shares"]["low_angle"] == pytest.approx(10 / 14)


def test_the_table_has_places_and_angles(prepared, tmp_path):
    write_boundaries(analyse_boundaries(prepared, Segmentation(min_size=2)), tmp_path / "out")
    with (tmp_path / "out" / "boundaries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["x1"], row["x2"], row["angle"], row["phase"]) for row in rows} == {
        ("17", "17", "10", "LiNiO2")
    }
    assert sorted(float(row["y1"]) + float(row["y2"]) for row in rows) == [4.0 * k for k in range(10)]
