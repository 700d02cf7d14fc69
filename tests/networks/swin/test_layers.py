"""Layers of the Swin transformer, by hand."""

import keras
import numpy as np
import pytest

from keras_stem.networks.swin.layers import PatchMerging, WindowAttention

pytestmark = pytest.mark.backend


def outputs_of(layer, tokens):
    return keras.ops.convert_to_numpy(layer(tokens))


def test_one_window_is_not_shifted(rng):
    tokens = rng.normal(size=(2, 5, 5, 8)).astype("float32")
    plain, shifted = WindowAttention(2, 5, False), WindowAttention(2, 5, True)
    expected = outputs_of(plain, tokens)
    shifted.build(tokens.shape)
    shifted.set_weights(plain.get_weights())
    np.testing.assert_allclose(outputs_of(shifted, tokens), expected, atol=1e-5)


def test_tokens_attend_only_to_their_own_window(rng):
    tokens = rng.normal(size=(1, 8, 8, 8)).astype("float32")
    changed = tokens.copy()
    changed[0, 0, 0] += 1
    layer = WindowAttention(2, 4, False)
    differ = np.abs(outputs_of(layer, changed) - outputs_of(layer, tokens)).max(axis=(0, 3)) > 0
    assert differ[:4, :4].all()
    assert not differ[4:].any() and not differ[:, 4:].any()


def test_patches_are_merged_two_by_two(rng):
    tokens = rng.normal(size=(2, 6, 4, 8)).astype("float32")
    layer = PatchMerging()
    assert outputs_of(layer, tokens).shape == (2, 3, 2, 16)
    changed = tokens.copy()
    changed[:, 3, 2] += 1
    differ = np.abs(outputs_of(layer, changed) - outputs_of(layer, tokens)).max(axis=(0, 3)) > 0
    assert np.argwhere(differ).tolist() == [[1, 1]]
