"""Grains of a map, by hand."""

import csv

import numpy as np
import pytest
from grids import LAYOUT, layout_map

from keras_stem.analysis.segmentation import Segmentation
from keras_stem.crystal.rotations import random_rotations
from keras_stem.workflow.grains import analyse_grains, write_grains
from keras_stem.workflow.prepare import PreparedMap


@pytest.fixture
def prepared(rng):
    """Two grains and one odd point; the first row is not visible."""
    visible = np.arange(150) >= 15
    return PreparedMap(layout_map(LAYOUT, random_rotations(3, rng)), visible, {"model": "mine"}, "135 of 150")


def test_points_are_counted_by_what_became_of_them(prepared):
    found = analyse_grains(prepared, Segmentation(min_size=2))
    assert found.statistics["points"] == {
        "all": 150, "in_grains": 135, "masked": 15, "absorbed": 1, "dropped": 0,
    }  # fmt: skip
    assert found.statistics["grains"] == found.statistics["touching_edge"] == 2
    assert found.grains.points.tolist() == [81, 54]
    assert (found.statistics["counted"], found.statistics["origin"]) == ("135 of 150", {"model": "mine"})


def test_what_a_consensus_states_is_in_the_table(prepared, tmp_path):
    other = np.full((150, 3), np.nan)
    first = LAYOUT.ravel() == LAYOUT.ravel()[20]
    other[first] = np.deg2rad([30.0, 40.0, 20.0])
    prepared.crystal_map.prop.update(
        probability=np.where(first, 0.6, 0.99),
        ambiguous=first.astype(np.uint8),
        alternative_euler=other,
        alternative_phase_id=np.where(first, 0, -1),
    )
    found = analyse_grains(prepared, Segmentation(min_size=2))
    assert found.statistics["ambiguous"] == 1
    write_grains(found, tmp_path / "out")
    with (tmp_path / "out" / "grains.csv").open() as file:
        rows = list(csv.DictReader(file))
    told = {row["ambiguous"]: row for row in rows}
    assert float(told["1"]["probability"]) == pytest.approx(0.6, abs=0.01)
    angles = [float(told["1"][f"other_{name}"]) for name in ("phi1", "Phi", "phi2")]
    np.testing.assert_allclose(angles, [30, 40, 20], atol=0.01)
    assert told["0"]["other_phi1"] == ""


def test_odd_points_are_grains_of_their_own_if_they_may(prepared):
    found = analyse_grains(prepared, Segmentation())
    assert sorted(found.grains.points.tolist()) == [1, 54, 80]
    np.testing.assert_allclose(found.kernel_average[LAYOUT.ravel() == 1][6:], 0, atol=1e-4)


def test_files_appear_together(prepared, tmp_path):
    write_grains(analyse_grains(prepared, Segmentation(min_size=2)), tmp_path / "out")
    numbers = np.load(tmp_path / "out" / "grain_numbers.npy")
    assert numbers.shape == (10, 15)
    assert np.all(numbers[0] == numbers.min())  # what is not visible
    assert len(np.unique(numbers[1:])) == 2
