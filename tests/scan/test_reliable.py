"""Which points of a map count."""

import numpy as np
import pytest
from grids import layout_map

from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.scan.reliable import reliable_points

LAYOUT = np.repeat(np.arange(2), 30).reshape(6, 10)


@pytest.fixture
def made(rng):
    """Return a map of two grains with some values of Q, or none."""
    return lambda **q: layout_map(LAYOUT, random_rotations(2, rng), **q)


@pytest.mark.parametrize(
    ("quality", "count", "why"),
    [
        ({}, 60, "the map has no Q"),
        ({"Q": np.linspace(0.1, 0.9, 60)}, 60, "none has Q >= 20"),  # EDAX's image quality, normalized
        ({"Q": np.linspace(3000, 9000, 60)}, 60, "Q >= 20"),  # EDAX's image quality
        ({"Q": np.arange(60.0)}, 40, "Q >= 20"),
        ({"Q": np.where(np.arange(60) < 6, np.nan, 50)}, 54, "Q >= 20"),
    ],
)
def test_no_map_is_left_out_as_a_whole_without_a_word(made, quality, count, why):
    found = reliable_points(made(**quality))
    assert found.mask.sum() == count
    assert why in str(found)


def test_points_without_a_phase_never_count(made):
    phase_id = np.where(np.arange(60) < 7, -1, 0)
    for options in ({}, {"min_q": 0}):
        found = reliable_points(made(phase_id=phase_id, Q=np.full(60, 50.0)), **options)
        assert found.mask.sum() == 53
        assert "a phase" in str(found)


def test_a_limit_needs_a_quality(made):
    with pytest.raises(KerasStemError, match="has no Q"):
        reliable_points(made(), 5)
    assert reliable_points(made(), 0).mask.all()
