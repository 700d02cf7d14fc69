import keras
import numpy as np
import pytest

import keras_stem
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.cnn.options import CNNConfig
from keras_stem.training.assemble import head_of
from keras_stem.training.options import default_recipe

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


def test_what_does_not_fit_is_a_clear_error():
    with pytest.raises(KerasStemError, match="pooling layers"):
        build_model(CNNConfig((1,) * 4), (8, 8, 1), 3)
    with pytest.raises(KerasStemError, match="'transformer'"):
        build_model("transformer", (64, 64, 1), 3)
    with pytest.raises(KerasStemError, match="positive"):
        CNNConfig(filters=(0,))


@pytest.mark.parametrize("arch", ["cnn", "polar"])
def test_a_network_predicts_a_rotation_by_default(arch):
    expected = head_of(default_recipe(arch), proper_point_group(linio2())).size
    assert keras_stem.build_model(arch, (64, 64, 1)).output_shape[-1] == expected
