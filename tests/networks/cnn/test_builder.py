"""The convolutional network of the paper."""

import keras
import numpy as np
import pytest

from keras_stem.networks.build import build_model
from keras_stem.networks.cnn.options import CNNConfig

pytestmark = pytest.mark.backend


def layer_names(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_default_is_the_papers_network():
    model = build_model("cnn", (128, 128, 1), 3)
    assert len(layer_names(model, keras.layers.Conv2D)) == 2
    assert len(layer_names(model, keras.layers.MaxPooling2D)) == 2
    assert len(layer_names(model, keras.layers.Dense)) == 3
    assert model.output_shape == (None, 3)
    convolutions = 32 * (9 + 1) + 64 * (32 * 9 + 1)
    dense = 128 * (32 * 32 * 64 + 1) + 64 * (128 + 1) + 3 * (64 + 1)
    assert model.count_params() == convolutions + dense


def test_options_shape_the_network():
    model = build_model(CNNConfig((4, 4, 8, 8), 7, (16,)), (64, 64, 1), 6)
    assert [layer.filters for layer in layer_names(model, keras.layers.Conv2D)] == [4, 4, 8, 8]
    assert {layer.kernel_size for layer in layer_names(model, keras.layers.Conv2D)} == {(7, 7)}
    assert np.asarray(model.predict(np.zeros((2, 64, 64, 1)), verbose=0)).shape == (2, 6)
