"""Reasons of errors in one line."""

import pytest

from keras_stem.errors import reason_of


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("first\nsecond"), "first"),
        (ValueError(), "ValueError"),
        (TimeoutError(""), "TimeoutError"),
        (KeyError("name"), "'name'"),
    ],
)
def test_a_reason_is_never_empty(error, expected):
    assert reason_of(error) == expected
