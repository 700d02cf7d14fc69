"""A training that stops when its scores are good enough."""

import dataclasses

import pytest

pytestmark = pytest.mark.backend


def test_training_stops_when_it_is_good_enough(train_on_scan, narrow_recipe):
    result, state = train_on_scan(
        dataclasses.replace(narrow_recipe, max_epochs=9, stop="r2>-1000000"), "stops"
    )
    assert len(result.history) == 1
    state.discard()
