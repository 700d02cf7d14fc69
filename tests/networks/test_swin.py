import importlib.util
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.swin.options import SwinConfig
from keras_stem.networks.swin.windows import Windows
from keras_stem.networks.transfer import resample_table

pytestmark = pytest.mark.backend

NARROW = SwinConfig(embed_dim=12, depths=(1, 2), heads=(1, 2))


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("reference", Path(__file__).with_name("reference.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference"] = module
    spec.loader.exec_module(module)
    return module


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


@pytest.mark.parametrize("window", [4, 7, 12])
def test_tables_are_resampled_as_timm_does(reference, window, rng):
    reference.import_timm()
    import torch
    from timm.layers import resize_rel_pos_bias_table

    table = rng.normal(size=(169, 3)).astype("float32")
    size = (2 * window - 1) ** 2
    expected = resize_rel_pos_bias_table(torch.tensor(table), (window, window), (size, 3)).numpy()
    np.testing.assert_allclose(resample_table(table, size), expected, atol=2e-3)


@pytest.mark.parametrize(("pixels", "parameters"), [(224, 27_518_589), (128, 27_512_829)])
def test_swin_t_has_27_million_parameters(pixels, parameters):
    assert build_model("swin", (pixels, pixels, 1), 3).count_params() == parameters


@pytest.mark.parametrize("shape", [(64, 64), (96, 96), (144, 144), (256, 256), (36, 68)])
def test_other_detectors(shape):
    network = build_model(NARROW, (*shape, 1), 6)
    found = keras.ops.convert_to_numpy(network(np.ones((2, *shape, 1), "float32")))
    assert found.shape == (2, 6)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("shifted", [False, True])
@pytest.mark.parametrize("shape", [(14, 14), (8, 8), (4, 4), (9, 5)])
def test_uniting_undoes_dividing(shape, shifted, rng):
    windows = Windows.fit(shape, 7, shifted)
    tokens = rng.random((2, *shape, 3), dtype="float32")
    divided = windows.divide(keras.ops.convert_to_tensor(tokens))
    assert tuple(divided.shape) == (2, windows.tokens, windows.number, 3)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(windows.unite(divided)), tokens)


def test_shifted_windows_mask_what_the_roll_brought_together():
    windows = Windows.fit((14, 14), 7, True)
    mask = windows.mask()
    assert (mask[0] == 0).all()  # the first window lies inside the map
    corner = np.zeros((7, 7), int)
    corner[4:, :4], corner[:4, 4:], corner[4:, 4:] = 1, 2, 3
    expected = corner.ravel()[:, None] == corner.ravel()
    np.testing.assert_array_equal(mask[-1] == 0, expected)


def test_what_does_not_fit_is_a_clear_error():
    with pytest.raises(KerasStemError, match=r"multiple of 4 pixels.*adjust-images"):
        build_model("swin", (66, 66, 1), 3)
    with pytest.raises(KerasStemError, match="as many depths as heads"):
        SwinConfig(depths=(2, 2))
    with pytest.raises(KerasStemError, match="multiple of its heads"):
        SwinConfig(embed_dim=10)
