import dataclasses
import json

import pytest

from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.errors import KerasStemError
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.networks.cnn.options import CNNConfig
from keras_stem.networks.densenet.options import DenseNetConfig
from keras_stem.networks.polar.options import PolarConfig
from keras_stem.networks.registry import network_names
from keras_stem.networks.swin.options import SwinConfig
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.scan.subsets import Thresholds
from keras_stem.simulate.stream import Nuisances
from keras_stem.training.data_settings import ScanData, SimulatedData
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
    "data",
    [
        ScanData(augmentation=None),
        ScanData(Thresholds(1, 2), "block", 2, True, Augmentation(overlap_fraction=0.1)),
        SimulatedData(
            CrystalFile("Cu.cif", 225), Instrument(Detector((32, 64), 0.1)), Nuisances(dose=(1, 2)), 7
        ),
    ],
    ids=["plain", "augmented", "simulated"],
)
def test_round_trip_through_json(network, data):
    recipe = Recipe(data=data, network=network, seed=7, weights="imagenet", freeze=2)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_recipes_of_older_versions_have_the_defaults_of_what_they_do_not_know():
    plain = paper_recipe().to_dict()
    del plain["stop"], plain["data"]["split"]
    assert Recipe.from_dict(plain) == dataclasses.replace(paper_recipe(), stop=Recipe().stop)


def test_recipes_of_newer_versions_and_unknown_parts_are_refused():
    with pytest.raises(KerasStemError, match="schema 99, known up to"):
        Recipe.from_dict(paper_recipe().to_dict() | {"schema": 99})
    with pytest.raises(KerasStemError, match="Expected no 'mood' in the recipe"):
        Recipe.from_dict(paper_recipe().to_dict() | {"mood": "good"})


def test_every_field_is_logged():
    flat = recipe_from_options({"arch": "cnn"}).flat()
    names = {field.name for cls in (Recipe, ScanData) for field in dataclasses.fields(cls)}
    assert names - {"network", "thresholds", "augmentation"} <= set(flat)
    assert {"network.filters", "network.kernel_size", "network.widths", "thresholds.q"} <= set(flat)
    assert {"augmentation.rotate", "augmentation.dose_scale"} <= set(flat)
    assert (flat["arch"], flat["data"]) == ("cnn", "scan")
    simulated = Recipe(data=SimulatedData(patterns=7)).flat()
    assert (simulated["data"], simulated["simulation.patterns"]) == ("simulated", 7)
    assert simulated["simulation.instrument.detector.pixel_size"] == 0.05
    assert not {"split", "thresholds.q"} & set(simulated)


@pytest.mark.parametrize(
    "wrong",
    [
        {"schedule": "linear"},
        {"precision": "float8"},
        {"batch_size": 0},
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
        ({"distance": "chordal"}, "distance has no effect on the target votes"),
    ],
)
def test_what_does_not_go_together_is_told(options, said):
    with pytest.raises(KerasStemError, match=said):
        Recipe(**options)


@pytest.mark.parametrize(("wrong", "said"), [({"split": "fair"}, "split"), ({"binning": -1}, "binning")])
def test_impossible_values_of_scan_data_are_named(wrong, said):
    with pytest.raises(KerasStemError, match=said):
        ScanData(**wrong)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"batch_size": "many"}, "Expected batch_size of the recipe"),
        ({"data": {"kind": "scan", "thresholds": {"q": None}}}, "thresholds of the recipe"),
        ({"data": {"kind": "scan", "augmentation": [1]}}, "augmentation of the recipe"),
        ({"data": {"kind": "scan", "patterns": 7}}, "Expected no 'patterns' in the recipe"),
        ({"data": {"kind": "measured"}}, "data of the recipe to be one of scan, simulated, found 'measured'"),
        ({"data": {}}, "kind of the data of the recipe"),
        ({"network": {"filters": 3}}, "network of the recipe"),
        ({"arch": ["cnn"]}, "arch of the recipe"),
        ({"arch": "perceptron"}, "architecture to be one of"),
        ({"data": {"kind": "simulated", "instrument": 1}}, "instrument of the recipe"),
    ],
)
def test_wrong_parts_of_stored_recipes_are_named(change, said):
    plain = Recipe().to_dict() | change
    with pytest.raises(KerasStemError, match=said):
        Recipe.from_dict(plain)


def test_a_stored_recipe_is_a_dictionary():
    with pytest.raises(KerasStemError, match="the recipe"):
        Recipe.from_dict(["cnn"])
