import dataclasses
import json

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.models.cnn import CNNConfig
from keras_stem.models.densenet import DenseNetConfig
from keras_stem.models.swin import SwinConfig
from keras_stem.training.recipe import Recipe


def test_defaults_are_the_papers():
    recipe = Recipe()
    assert (recipe.batch_size, recipe.learning_rate, recipe.schedule) == (64, 5e-4, "exponential")
    assert (recipe.thresholds.q, recipe.thresholds.r, recipe.split) == (20, 15, "random")
    assert (recipe.score_every, recipe.stop_r2, recipe.network.kernel_size) == (10, 0.95, 3)


@pytest.mark.parametrize(
    "network",
    [CNNConfig((8, 8), 5, (4,)), DenseNetConfig((1, 2, 1, 1)), SwinConfig(head_widths=(8,), resize=96)],
)
def test_round_trip_through_json(network):
    recipe = Recipe(network=network, split="block", seed=7, cache=True, weights="imagenet", freeze=2)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_every_field_is_logged():
    flat = Recipe().flat()
    names = {field.name for field in dataclasses.fields(Recipe)} - {"network", "thresholds"}
    assert names <= set(flat)
    assert {"network.filters", "network.kernel_size", "network.widths", "thresholds.q"} <= set(flat)
    assert flat["arch"] == "cnn"


@pytest.mark.parametrize(
    "wrong",
    [{"split": "fair"}, {"schedule": "cosine"}, {"precision": "float8"}, {"batch_size": 0}, {"binning": -1}],
)
def test_impossible_values_are_named(wrong):
    [name] = wrong
    with pytest.raises(KerasStemError, match=name):
        Recipe(**wrong)
