"""Phases in the headers of text maps."""

import pytest
from shaped_maps import FORMATS, FRAMES, made, require_equal

from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_phase_that_no_point_has_does_not_move_the_others(suffix, rng, tmp_path):
    given = made((4, 5), None, rng, phases=1)
    assert set(given.phase_id) == {-1, 1}
    write_map(tmp_path / f"map.{suffix}", given, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    require_equal(found, given)
