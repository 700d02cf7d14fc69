"""Predictions of blocks and of chosen patterns."""

import numpy as np

from keras_stem.inference.predictions import Predictions


def test_blocks_are_joined_in_their_order_and_apart_again(rng):
    whole = Predictions(rng.random((7, 3)), rng.random(7), rng.random((7, 2, 3)))
    joined = Predictions.joined([whole[:3], whole[3:4], whole[4:]])
    for name in ("euler", "spread", "runners_up"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))
    chosen = np.arange(7) % 2 == 1
    np.testing.assert_array_equal(whole[chosen].runners_up, whole.runners_up[[1, 3, 5]])


def test_what_a_head_does_not_tell_stays_unknown(rng):
    plain = Predictions(rng.random((4, 3)))
    for found in (plain[:2], Predictions.joined([plain, plain])):
        assert found.spread is None
        assert found.runners_up is None
    assert len(Predictions.joined([plain, plain]).euler) == 8
