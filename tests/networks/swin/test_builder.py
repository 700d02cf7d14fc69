"""The Swin transformer, with that of timm as the reference."""

import keras
import numpy as np
import pytest

from keras_stem.networks.build import build_model
from keras_stem.networks.swin.options import SwinConfig

pytestmark = pytest.mark.backend

NARROW = SwinConfig(embed_dim=12, depths=(1, 2), heads=(1, 2))


@pytest.mark.parametrize("pixels", [224, 128, 96])
def test_features_are_those_of_timm_with_its_weights(reference, pixels, rng):
    theirs = reference.timm_swin(pixels)
    network = build_model("swin", (pixels, pixels, 3), 3)
    reference.carry_over(theirs, network)
    features = keras.Model(network.input, network.get_layer("norm").output)
    images = rng.random((2, pixels, pixels, 3), dtype="float32")
    import torch

    with torch.no_grad():
        expected = theirs.forward_features(torch.tensor(images.transpose(0, 3, 1, 2))).numpy()
    found = keras.ops.convert_to_numpy(features(images))
    assert np.abs(expected).max() > 1
    np.testing.assert_allclose(found, expected, atol=1e-4, rtol=0)
    # Training takes another way through the attention.
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(features(images, training=True)), expected, atol=1e-4, rtol=0
    )


@pytest.mark.parametrize(("pixels", "parameters"), [(224, 27_518_589), (128, 27_512_829)])
def test_swin_t_has_27_million_parameters(pixels, parameters):
    assert build_model("swin", (pixels, pixels, 1), 3).count_params() == parameters


@pytest.mark.parametrize("shape", [(64, 64), (96, 96), (144, 144), (256, 256), (36, 68)])
def test_other_detectors(shape):
    network = build_model(NARROW, (*shape, 1), 6)
    found = keras.ops.convert_to_numpy(network(np.ones((2, *shape, 1), "float32")))
    assert found.shape == (2, 6)
    assert np.isfinite(found).all()
