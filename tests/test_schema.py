"""Values of files that are compared with their types."""

from dataclasses import dataclass

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.schema import Finite, Positive, shortened, validated


@dataclass(frozen=True)
class Part:
    """One part of some settings."""

    size: Positive
    shift: Finite = 0.0
    shape: tuple[int, int] = (1, 1)


def test_plain_values_become_those_of_the_type():
    assert validated(Part, {"size": 2, "shape": [3, 4]}, "a file") == Part(2.0, 0.0, (3, 4))
    assert validated(dict[str, float], {"a": 1}, "a file") == {"a": 1.0}


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({}, "Expected size in a file, found none"),
        ({"size": 0}, "Expected size in a file to be greater than 0, found 0"),
        ({"size": 1, "shift": float("nan")}, "shift in a file to be a finite number, found nan"),
        ({"size": 1, "shape": [1, "b"]}, "shape/1 in a file to be a valid integer"),
        ({"size": 1, "mood": "good"}, "Expected no 'mood' in a file"),
        ([1], "Expected a file"),
    ],
)
def test_the_first_wrong_value_is_named_with_its_place(plain, said):
    with pytest.raises(KerasStemError, match=said):
        validated(Part, plain, "a file")


def test_long_values_are_cut_in_messages():
    assert shortened("short") == "'short'"
    assert shortened("x" * 100) == "'" + "x" * 39 + "..."
