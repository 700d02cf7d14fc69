"""Values of options, and the names of results."""

from pathlib import Path

import click
import pytest

from keras_stem.cli.common import BEAM_ENERGY, FINITE, POSITIVE, GridShape, IntegerList, Steps, beside


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Steps(), "5x4", (5.0, 4.0)),
        (Steps(), "0.5", (0.5, 0.5)),
        (GridShape(), "64X32", (64, 32)),
        (GridShape(), "7", (7, 7)),
        (IntegerList(), "4, 8,", (4, 8)),
        (IntegerList(), "", ()),
        (POSITIVE, "1e-3", 1e-3),
        (BEAM_ENERGY, "300", 300.0),
    ],
)
def test_values_are_read(kind, text, expected):
    assert kind.convert(text, None, None) == expected
    assert kind.convert(expected, None, None) == expected  # as defaults are given


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Steps(), "5x4x3", "one or two numbers above 0"),
        (Steps(), "0", "one or two numbers above 0"),
        (Steps(), "nan", "one or two numbers above 0"),
        (GridShape(), "6x-4", "rows and columns such as 64x64"),
        (GridShape(), "1x2x3", "rows and columns such as 64x64"),
        (IntegerList(), "4,b", "whole numbers separated by commas"),
        (FINITE, "inf", "finite number"),
        (POSITIVE, "1e-40", "a number from 1e-30 to 1e\\+30"),
        (BEAM_ENERGY, "300000", "not in the range"),
    ],
)
def test_what_is_no_value_is_told(kind, text, said):
    with pytest.raises(click.BadParameter, match=said):
        kind.convert(text, None, None)


def test_results_lie_beside_their_file():
    assert beside(Path("a/map.h5"), "grains") == Path("a/map-grains")
    assert beside(Path("a/map.ang"), "grains") == Path("a/map.ang-grains")
