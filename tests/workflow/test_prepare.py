"""Maps from files, with a choice of their points."""

import numpy as np
import pytest
from grids import map_of

from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.workflow.prepare import prepare_map


@pytest.fixture
def path(tmp_path, rng):
    quality = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
    write_map(tmp_path / "map.h5", map_of(random_rotations(6, rng), (2, 3), Q=quality), {"model": "mine"})
    return tmp_path / "map.h5"


def test_points_of_a_low_q_are_not_visible(path):
    found = prepare_map(path)
    assert found.visible.tolist() == [False, True, True, True, True, True]
    assert found.crystal_map.size == 6
    assert found.origin["model"] == "mine"
    assert "5 of 6 points count: Q >= 20" in found.counted
    assert prepare_map(path, min_q=45).visible.sum() == 2


def test_a_frame_of_a_map_that_tells_its_own_is_a_clear_error(path):
    with pytest.raises(KerasStemError, match="leave out --frame"):
        prepare_map(path, frame="oxford")
