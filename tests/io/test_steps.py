"""Steps of two maps in any unit of length."""

import pytest

from keras_stem.io.steps import different_step


@pytest.mark.parametrize(
    ("expected", "found", "differs"),
    [
        (((2.0, 2.0), "nm"), ((0.002, 0.002), "um"), None),
        (((2.0, 2.0), "nm"), ((2.0, 2.015), "nm"), None),
        (((2.0, 2.0), "nm"), ((2.0, 2.03), "nm"), ("x", "2 nm", "2.03 nm")),
        (((2.0, 2.0), "nm"), ((4.0, 3.0), "nm"), ("y", "2 nm", "4 nm")),
        (((2.0, 2.0), "nm"), ((0.0, 2.0), "nm"), None),
        (((2.0, 2.0), "px"), ((4.0, 4.0), "nm"), None),
    ],
)
def test_steps_differ_by_more_than_one_percent_of_a_length(expected, found, differs):
    assert different_step(expected, found) == differs
