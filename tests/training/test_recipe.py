import dataclasses
import json

import pytest

from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.errors import KerasStemError
from keras_stem.networks.cnn.options import CNNConfig
from keras_stem.networks.densenet.options import DenseNetConfig
from keras_stem.networks.polar.options import PolarConfig
from keras_stem.networks.registry import network_names
from keras_stem.networks.swin.options import SwinConfig
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.scan.instrument import Instrument
from keras_stem.simulate.stream import Nuisances, SimulatedTraining
from keras_stem.training.options import default_recipe, paper_recipe, recipe_from_options
from keras_stem.training.recipe import Recipe


def test_the_papers_values():
    recipe = paper_recipe()
    assert recipe.arch == "cnn"
    assert (recipe.target, recipe.augmentation, recipe.network.kernel_size) == ("euler", None, 3)
    assert (recipe.batch_size, recipe.learning_rate, recipe.schedule) == (64, 5e-4, "exponential")
    assert (recipe.weight_decay, recipe.clip_norm) == (0, 0)
    assert (recipe.thresholds.q, recipe.thresholds.r, recipe.split) == (20, 15, "random")
    assert (recipe.max_epochs, recipe.score_every, recipe.stop) == (200, 10, "r2>0.95")
    swin = paper_recipe("swin")
    assert (swin.batch_size, swin.learning_rate, swin.schedule) == (32, 1e-4, "constant")


def test_the_defaults_are_ours():
    recipe = Recipe()
    assert recipe == default_recipe() == recipe_from_options({})
    assert (recipe.arch, recipe.target, recipe.schedule) == ("polar", "rotation", "cosine")
    assert recipe.augmentation == Augmentation()
    assert recipe.stop == "never"
    assert (recipe.thresholds, recipe.split) == (paper_recipe().thresholds, paper_recipe().split)


@pytest.mark.parametrize("arch", network_names())
def test_every_network_has_a_default_recipe(arch):
    recipe = default_recipe(arch)
    assert (recipe.arch, recipe.target, recipe.schedule) == (arch, "rotation", "cosine")
    turned = recipe.augmentation.rotate, recipe.augmentation.mirror
    assert turned == (arch == "polar", arch == "polar")
    assert recipe.augmentation.overlap > 0
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
        assert (found.thresholds.q, found.thresholds.r) == (30, 15)
        assert found.target == {"default": "rotation", "paper": "euler"}[recipe]
    with pytest.raises(KerasStemError, match="recipe out of default, paper"):
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
    assert recipe_from_options({"augment": False}).augmentation is None
    assert recipe_from_options({"mirror": False, "dose": 1.0}).augmentation == Augmentation(
        mirror=False, dose=1.0
    )
    assert recipe_from_options({"recipe": "paper", "augment": True}).augmentation == Augmentation()
    with pytest.raises(KerasStemError, match="--shift has no effect without augmentation"):
        recipe_from_options({"augment": False, "shift": 1.0})


def test_simulated_patterns_are_not_augmented():
    recipe = recipe_from_options({"simulation": SimulatedTraining(patterns=100)})
    assert recipe.augmentation is None
    assert recipe.simulation.patterns == 100


@pytest.mark.parametrize(
    "network",
    [
        PolarConfig(azimuths=24, dilations=(1, 3)),
        CNNConfig((8, 8), 5, (4,)),
        DenseNetConfig((1, 2, 1, 1)),
        SwinConfig(head_widths=(8,), resize=96),
    ],
)
@pytest.mark.parametrize(
    "patterns",
    [
        {"augmentation": None},
        {"augmentation": Augmentation(overlap=0.1)},
        {
            "simulation": SimulatedTraining(
                CrystalFile("Cu.cif", 225), Instrument((32, 64), 0.1), Nuisances(dose=(1, 2)), 7
            )
        },
    ],
    ids=["plain", "augmented", "simulated"],
)
def test_round_trip_through_json(network, patterns):
    recipe = Recipe(
        network=network, split="block", seed=7, cache=True, weights="imagenet", freeze=2, **patterns
    )
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_recipes_of_older_versions_have_the_defaults_of_what_they_do_not_know():
    plain = paper_recipe().to_dict()
    del plain["stop"], plain["schema"]
    assert Recipe.from_dict(plain) == dataclasses.replace(paper_recipe(), stop=Recipe().stop)


def test_recipes_of_newer_versions_and_unknown_parts_are_refused():
    with pytest.raises(KerasStemError, match="schema 99, known up to"):
        Recipe.from_dict(paper_recipe().to_dict() | {"schema": 99})
    with pytest.raises(KerasStemError, match="Expected no 'mood' in the recipe"):
        Recipe.from_dict(paper_recipe().to_dict() | {"mood": "good"})


def test_every_field_is_logged():
    flat = recipe_from_options({"arch": "cnn"}).flat()
    names = {field.name for field in dataclasses.fields(Recipe)} - {"network", "thresholds", "augmentation"}
    assert names <= set(flat)
    assert {"network.filters", "network.kernel_size", "network.widths", "thresholds.q"} <= set(flat)
    assert {"augmentation.rotate", "augmentation.dose"} <= set(flat)
    assert flat["arch"] == "cnn"


@pytest.mark.parametrize(
    "wrong",
    [
        {"split": "fair"},
        {"schedule": "linear"},
        {"precision": "float8"},
        {"batch_size": 0},
        {"binning": -1},
        {"weight_decay": -1.0},
        {"stop": "luck>1"},
    ],
)
def test_impossible_values_are_named(wrong):
    [(name, value)] = wrong.items()
    with pytest.raises(KerasStemError, match=value if name == "stop" else name):
        Recipe(**wrong)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "euler"}, "target euler .* azimuths"),
        ({"network": CNNConfig(), "clamp": True}, "clamp"),
        ({"network": CNNConfig(), "target": "euler", "ambiguity": "pattern"}, "ambiguity"),
        ({"network": CNNConfig(), "target": "euler", "simulation": SimulatedTraining()}, "simulated"),
        ({"distance": "chordal"}, "distance has no effect on the target votes"),
    ],
)
def test_what_does_not_go_together_is_told(options, said):
    with pytest.raises(KerasStemError, match=said):
        Recipe(**options)


def test_recipes_of_versions_that_knew_no_cells_are_read():
    recipe = recipe_from_options({"simulation": SimulatedTraining(CrystalFile("Cu.cif", 225), patterns=100)})
    plain = recipe.to_dict()
    crystal = plain["simulation"].pop("crystal")
    plain["simulation"] |= {name: crystal[name] for name in ("cif", "space_group")}
    assert Recipe.from_dict(plain) == recipe


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"batch_size": "many"}, "Expected batch_size of the recipe"),
        ({"thresholds": {"q": None}}, "thresholds of the recipe"),
        ({"augmentation": [1]}, "augmentation of the recipe"),
        ({"network": {"filters": 3}}, "network of the recipe"),
        ({"arch": ["cnn"]}, "arch of the recipe"),
        ({"arch": "perceptron"}, "architecture out of"),
        ({"simulation": {"instrument": 1}}, "instrument of the simulation of the recipe"),
    ],
)
def test_wrong_parts_of_stored_recipes_are_named(change, said):
    plain = Recipe().to_dict() | change
    with pytest.raises(KerasStemError, match=said):
        Recipe.from_dict(plain)


def test_a_stored_recipe_is_a_dictionary():
    with pytest.raises(KerasStemError, match="the recipe"):
        Recipe.from_dict(["cnn"])
