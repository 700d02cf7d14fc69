"""The analysis of a map that its page shows."""

import numpy as np
import pytest
from grids import map_of
from page_data import halves

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.io.map_files import read_map
from keras_stem.report.map_analysis import analyse_map


def test_a_map_is_compared_with_the_labels_of_its_scan(values, map_path, scan):
    found, _ = read_map(map_path)
    away = disorientation(found.rotations, scan.labels.rotations, proper_point_group(scan.phase))
    np.testing.assert_allclose(values["disorientation"], np.rad2deg(away), atol=1e-3)


def test_two_grains_by_hand():
    found = analyse_map(halves(), np.ones(24, bool), {"scan": "scan.h5"})
    assert found.numbers.reshape(4, 6).tolist() == [[0, 0, 0, 1, 1, 1]] * 4
    assert found.boundaries.length == pytest.approx(8)  # 4 points of 2 nm
    assert (found.unit, found.to_unit, found.origin) == ("nm", 1, {"scan": "scan.h5"})
    assert found.labels is found.label_disorientation is None
    assert found.property("Q").tolist() == list(range(24)) and found.property("absent") is None


def test_labels_are_compared_where_both_have_an_orientation():
    made = halves()
    labels = map_of(made.rotations[np.zeros(24, int)], (4, 6), phase_id=np.where(np.arange(24) == 5, -1, 0))
    found = analyse_map(made, np.arange(24) != 0, {}, labels)
    expected = np.where(np.arange(24) % 6 < 3, 0.0, 20.0)
    expected[[0, 5]] = np.nan
    np.testing.assert_allclose(found.label_disorientation, expected, atol=1e-6)
