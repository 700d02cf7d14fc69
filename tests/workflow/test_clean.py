"""Maps that are cleaned, by hand."""

import numpy as np
import orix.io
import pytest
from grids import LAYOUT, layout_map

from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.io.map_files import read_map
from keras_stem.workflow.clean import Steps, clean_map
from keras_stem.workflow.prepare import PreparedMap


@pytest.fixture
def prepared(rng):
    return PreparedMap(layout_map(LAYOUT, random_rotations(3, rng)), np.ones(150, bool), {"model": "mine"})


def test_odd_points_get_the_orientation_around_them(prepared, tmp_path):
    assert clean_map(prepared, Steps(odd=True), tmp_path / "out.h5") == {"odd points": 1}
    found = orix.io.load(tmp_path / "out.h5")
    assert np.flatnonzero(found.prop["cleaned"]).tolist() == [3 * 15 + 3]
    np.testing.assert_allclose(found.rotations.data[48], found.rotations.data[0], atol=1e-6)
    origin = read_map(tmp_path / "out.h5")[1]
    assert (origin["model"], origin["cleaned"]) == ("mine", "odd points: 1")


def test_points_that_are_not_visible_stay_as_they_are(prepared, tmp_path):
    visible = np.arange(150) != 48
    hidden = PreparedMap(prepared.crystal_map, visible, {})
    assert clean_map(hidden, Steps(odd=True), tmp_path / "out.h5") == {"odd points": 0}
    found = orix.io.load(tmp_path / "out.h5")
    alike = np.sum(found.rotations.data * prepared.crystal_map.rotations.data, axis=1)
    np.testing.assert_allclose(np.abs(alike), 1, atol=1e-6)  # q and -q are one rotation


@pytest.mark.parametrize(
    ("settings", "said"),
    [({}, "Expected a step of cleaning"), ({"odd": True, "threshold": 180}, "between 0 and 180°, found 180")],
)
def test_steps_that_make_no_sense_are_clear_errors(settings, said):
    with pytest.raises(KerasStemError, match=said):
        Steps(**settings)
