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
from keras_stem.networks.swin.options import SwinConfig
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.scan.subsets import Thresholds
from keras_stem.simulate.stream import Nuisances
from keras_stem.training.data_settings import ScanData, SimulatedData
from keras_stem.training.options import paper_recipe, recipe_from_options
from keras_stem.training.recipe import Recipe


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
        ScanData(Thresholds(1, 2), "block", "DS_Q", 2, True, Augmentation(overlap_fraction=0.1)),
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
