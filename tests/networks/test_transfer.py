"""Weights from elsewhere in a network: what is loaded, summed, resampled, or refused."""

import re

import keras
import numpy as np
import pytest
from narrow_networks import DENSENET, SWIN

from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.checkpoints import model_weights
from keras_stem.networks.transfer import resample_table, transfer

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("window", [4, 7, 12])
def test_tables_are_resampled_as_timm_does(reference, window, rng):
    reference.import_timm()
    import torch
    from timm.layers import resize_rel_pos_bias_table

    table = rng.normal(size=(169, 3)).astype("float32")
    size = (2 * window - 1) ** 2
    expected = resize_rel_pos_bias_table(torch.tensor(table), (window, window), (size, 3)).numpy()
    np.testing.assert_allclose(resample_table(table, size), expected, atol=2e-3)


def outputs(network, patterns):
    return keras.ops.convert_to_numpy(network(patterns, training=False))


@pytest.mark.parametrize("config", [SWIN, DENSENET], ids=["swin", "densenet"])
def test_grey_images_mean_the_same_with_the_kernels_summed(config, rng):
    coloured = build_model(config, (64, 64, 3), 3)
    grey = build_model(config, (64, 64, 1), 3)
    done = transfer(grey, model_weights(coloured), "coloured")
    assert len(done.summed) == 1
    assert done.new == done.resampled == []
    patterns = rng.random((2, 64, 64, 1), dtype="float32")
    np.testing.assert_allclose(
        outputs(grey, patterns), outputs(coloured, patterns.repeat(3, axis=-1)), atol=1e-4
    )


def test_tables_are_resampled_where_windows_shrink():
    large = build_model(SWIN, (224, 224, 1), 3)
    small = build_model(SWIN, (32, 32, 1), 3)  # the second stage has 4 x 4 tokens
    done = transfer(small, model_weights(large), "large")
    assert len(done.resampled) == 2
    assert all(
        re.fullmatch(r"stage_1_blocks_\d/attn/relative_position_bias_table", p) for p in done.resampled
    )
    assert done.new == []


def test_another_head_stays_new():
    done = transfer(build_model(SWIN, (64, 64, 1), 6), model_weights(build_model(SWIN, (64, 64, 1), 3)), "x")
    assert done.new == ["head/kernel", "head/bias"]
    assert "2 new (head/kernel, head/bias)" in str(done)


def test_weights_of_another_network_are_refused():
    with pytest.raises(KerasStemError, match="No weights of other fit the network densenet"):
        transfer(
            build_model(DENSENET, (64, 64, 1), 3), model_weights(build_model(SWIN, (64, 64, 1), 3)), "other"
        )
