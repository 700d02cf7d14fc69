"""Recipes from options: the default ones, those of the paper, and changes of both."""

import dataclasses

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks.registry import network_names
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.training.data_settings import SimulatedData
from keras_stem.training.options import default_recipe, paper_recipe, recipe_from_options
from keras_stem.training.recipe import Recipe


def test_the_papers_values():
    recipe = paper_recipe()
    assert recipe.arch == "cnn"
    assert (recipe.target, recipe.data.augmentation, recipe.network.kernel_size) == ("euler", None, 3)
    assert (recipe.batch_size, recipe.learning_rate, recipe.schedule) == (64, 5e-4, "exponential")
    assert (recipe.weight_decay, recipe.clip_norm) == (0, 0)
    assert (recipe.data.thresholds.q, recipe.data.thresholds.r, recipe.data.split) == (20, 15, "random")
    assert (recipe.max_epochs, recipe.score_every, recipe.stop) == (200, 10, "r2>0.95")
    swin = paper_recipe("swin")
    assert (swin.batch_size, swin.learning_rate, swin.schedule) == (32, 1e-4, "constant")


def test_the_defaults_are_ours():
    recipe = Recipe()
    assert recipe == default_recipe() == recipe_from_options({})
    assert (recipe.arch, recipe.target, recipe.schedule) == ("polar", "rotation", "cosine")
    assert recipe.data.augmentation == Augmentation()
    assert recipe.stop == "never"
    assert recipe.data == dataclasses.replace(paper_recipe().data, augmentation=Augmentation())


@pytest.mark.parametrize("arch", network_names())
def test_every_network_has_a_default_recipe(arch):
    recipe = default_recipe(arch)
    assert (recipe.arch, recipe.target, recipe.schedule) == (arch, "rotation", "cosine")
    turned = recipe.data.augmentation.rotate, recipe.data.augmentation.mirror
    assert turned == (arch == "polar", arch == "polar")
    assert recipe.data.augmentation.overlap_fraction > 0
    if arch != "polar":
        assert recipe.network == paper_recipe(arch).network


def test_the_paper_has_no_polar_network():
    with pytest.raises(KerasStemError, match="The paper has no polar network"):
        recipe_from_options({"recipe": "paper", "arch": "polar"})


def test_options_change_what_the_named_recipe_has():
    options = {"min_q": 30.0, "kernel_size": 5, "filters": [8]}
    for recipe in ("default", "paper"):
        found = recipe_from_options({"recipe": recipe, "arch": "cnn", **options})
        assert (found.network.kernel_size, found.network.filters) == (5, (8,))
        assert (found.data.thresholds.q, found.data.thresholds.r) == (30, 15)
        assert found.target == {"default": "rotation", "paper": "euler"}[recipe]
    with pytest.raises(KerasStemError, match="recipe to be one of default, paper"):
        recipe_from_options({"recipe": "mine"})


def test_weights_are_tuned_at_a_lower_rate_for_a_shorter_time():
    fresh, tuned = (recipe_from_options({"weights": weights}) for weights in (None, "models:/LiNiO2/1"))
    assert tuned.learning_rate < fresh.learning_rate
    assert tuned.max_epochs < fresh.max_epochs
    for foreign in ("imagenet", "densenet.weights.h5"):  # weights that have not seen such patterns
        assert recipe_from_options({"weights": foreign}).max_epochs == fresh.max_epochs
    chosen = recipe_from_options({"weights": "models:/LiNiO2/1", "learning_rate": 0.01, "max_epochs": 3})
    assert (chosen.learning_rate, chosen.max_epochs) == (0.01, 3)
    paper = recipe_from_options({"recipe": "paper", "weights": "models:/LiNiO2/1"})
    assert paper.learning_rate == paper_recipe().learning_rate


def test_augmentation_is_switched_and_changed():
    assert recipe_from_options({"augment": False}).data.augmentation is None
    assert recipe_from_options({"mirror": False, "dose_scale": 1.0}).data.augmentation == Augmentation(
        mirror=False, dose_scale=1.0
    )
    assert recipe_from_options({"recipe": "paper", "augment": True}).data.augmentation == Augmentation()
    with pytest.raises(KerasStemError, match="--shift has no effect without augmentation"):
        recipe_from_options({"augment": False, "shift": 1.0})


def test_simulated_patterns_are_not_augmented():
    recipe = recipe_from_options({}, simulated=SimulatedData(patterns=100))
    assert recipe.data == SimulatedData(patterns=100)
    with pytest.raises(KerasStemError, match="--shift applies to training on a scan"):
        recipe_from_options({"shift": 1.0}, simulated=SimulatedData())
