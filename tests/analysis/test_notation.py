"""Indices and directions as text."""

import pytest

from keras_stem.analysis.notation import parse_direction, parse_indices, write_direction, write_indices
from keras_stem.errors import KerasStemError


def test_notation_goes_round():
    for text in ("111", "10-10", "1,0,-1,12", "-1,0,14"):
        assert write_indices(parse_indices(text)) == text
    assert parse_indices("1,0,0") == parse_indices("100") == (1, 0, 0)
    for text in ("x", "z", "1,0,1", "0.5,-2,0"):
        assert write_direction(parse_direction(text)) == text


@pytest.mark.parametrize("text", ["", "11", "1010", "000", "1,a,0", "12345"])
def test_indices_that_are_none_are_refused(text):
    with pytest.raises(KerasStemError, match="indices"):
        parse_indices(text)
