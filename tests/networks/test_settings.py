"""What a user has set in Keras changes neither training nor networks, and is not changed by them."""

import keras
import numpy as np
import pytest

from keras_stem import build_model, fit
from keras_stem.networks.registry import network_names
from keras_stem.tracking.resolve import load_model
from keras_stem.training.recipe import Recipe
from keras_stem.workflow.mapping import map_scan


@pytest.fixture(params=[("float64", "channels_first"), ("float16", "channels_last")])
def settings(request):
    """Settings as a keras.json can have them."""
    config = keras.config
    before = config.dtype_policy(), config.floatx(), config.image_data_format()
    policy, data_format = request.param
    _set(policy, policy, data_format)
    yield
    assert (config.dtype_policy().name, config.floatx(), config.image_data_format()) == (
        policy,
        policy,
        data_format,
    )
    _set(*before)


def _set(policy, floatx, data_format):
    keras.config.set_floatx(floatx)
    keras.config.set_image_data_format(data_format)
    keras.config.set_dtype_policy(policy)


@pytest.mark.parametrize("arch", network_names())
def test_networks(settings, arch):
    network = build_model(arch, (64, 64, 1), 6)
    found = network(np.zeros((1, 64, 64, 1), np.float32))
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    assert all(keras.backend.standardize_dtype(weights.dtype) == "float32" for weights in network.weights)


@pytest.mark.slow
def test_training(trained, settings, scan_path, narrow_recipe, own_store):
    for subset, scores in fit(scan_path, narrow_recipe).scores.items():
        assert scores.median == pytest.approx(trained.scores[subset].median, rel=1e-3)


@pytest.mark.slow
def test_training_and_mapping_of_the_polar_network(settings, scan, scan_path, own_store, tmp_path):
    result = fit(scan_path, Recipe(max_epochs=1))
    map_scan(load_model(result.model_uri), scan, tmp_path / "maps", refine="quick")
    assert (tmp_path / "maps" / "map.h5").is_file()
