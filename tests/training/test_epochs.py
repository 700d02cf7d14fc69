"""Epochs of the head alone before those of the whole network."""

import dataclasses

import numpy as np
import pytest

from keras_stem.networks.checkpoints import model_weights
from keras_stem.training.state import last_interrupted

pytestmark = pytest.mark.backend


def test_only_the_head_learns_while_the_rest_is_frozen(train_on_scan, narrow_recipe):
    frozen = dataclasses.replace(narrow_recipe, freeze=2, max_epochs=2)
    start, state = train_on_scan(
        dataclasses.replace(narrow_recipe, learning_rate=1e-30, max_epochs=1), "start"
    )
    state.discard()
    result, state = train_on_scan(frozen, "frozen")
    state.discard()
    before, after = (model_weights(trained.model) for trained in (start, result))
    changed = {path for path in after if not np.allclose(before[path], after[path], atol=1e-7)}
    assert changed == {"head/kernel", "head/bias"}


@pytest.mark.parametrize(
    "stopped_after", [2, *(pytest.param(epochs, marks=pytest.mark.slow) for epochs in (1, 3))]
)
def test_a_resumed_training_thaws_when_it_would_have(train_on_scan, narrow_recipe, stopped_after):
    recipe = dataclasses.replace(narrow_recipe, freeze=2, max_epochs=4)
    whole, state = train_on_scan(recipe, "whole")
    state.discard()

    def interrupt(epoch, logs):
        if epoch == stopped_after + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_on_scan(recipe, "part", interrupt)
    resumed, state = train_on_scan(recipe, "part", state=last_interrupted())
    state.discard()
    losses = [[logs["loss"] for logs in trained.history] for trained in (resumed, whole)]
    np.testing.assert_allclose(*losses, rtol=1e-5)
