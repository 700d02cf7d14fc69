"""Candidates of a consensus on the page."""

import numpy as np
import pytest
from grids import map_of
from orix.quaternion import Rotation
from page_data import halves

from keras_stem.io.map_files import read_map
from keras_stem.report.candidates import point_candidates


@pytest.fixture(scope="module")
def crystal_map(map_path):
    return read_map(map_path)[0]


def test_probabilities_are_percent_and_absent_candidates_have_no_phase(crystal_map):
    kept = np.array([0, 7, 300])
    found = point_candidates(crystal_map, dict(crystal_map.phases), kept)
    np.testing.assert_array_equal(found.before, np.tile([25, 75, 0], (3, 1)))
    np.testing.assert_array_equal(found.after, np.tile([97, 3, 0], (3, 1)))
    np.testing.assert_array_equal(found.phases, np.tile([0, 0, -1], (3, 1)))
    np.testing.assert_array_equal(found.angles[:, 1], np.tile([2000, 5000, 3000], (3, 1)))


def test_a_map_without_a_consensus_has_none():
    plain = halves()
    assert point_candidates(plain, dict(plain.phases), np.arange(3)) is None


def test_properties_of_another_shape_are_not_candidates():
    names = ("angles", "phases", "before", "after")
    other = map_of(Rotation.identity(24), (4, 6), **{f"candidate_{name}": np.zeros(24) for name in names})
    assert point_candidates(other, dict(other.phases), np.arange(3)) is None
