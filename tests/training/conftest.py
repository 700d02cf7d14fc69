"""Fixtures of the tests of training."""

import pytest

from keras_stem.training.data import prepare_scan
from keras_stem.training.state import RunState
from keras_stem.training.train import train


@pytest.fixture
def train_on_scan(scan):
    """Train by a recipe under a name, and return the result and the state."""

    def train_on_scan(recipe, name, on_epoch=lambda epoch, logs: None, state=None):
        state = state or RunState(name, str(scan.path), recipe.to_dict())
        state.save()
        return train(
            prepare_scan(scan, recipe.data, recipe.seed), recipe, state, on_epoch, verbose=False
        ), state

    return train_on_scan
