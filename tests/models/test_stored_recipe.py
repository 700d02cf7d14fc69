"""Recipes of older versions, by hand."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.models.stored_recipe import recipe_thresholds, recipe_values
from keras_stem.scan.subsets import Thresholds


def test_settings_of_a_scan_stand_together_now():
    old = {"schema": 1, "arch": "cnn", "split": "block", "thresholds": {"q": 30, "r": 5}, "simulation": None}
    old |= {"augmentation": {"dose": 2.0, "overlap": 0.1, "mirror": True}}
    data = {"kind": "scan", "thresholds": {"q": 30, "r": 5}, "split": "block"}
    data |= {"augmentation": {"dose_scale": 2.0, "overlap_fraction": 0.1, "mirror": True}}
    assert recipe_values(old, "the recipe") == {"arch": "cnn", "data": data}


def test_an_instrument_has_two_parts_now():
    instrument = {"detector_shape": [64, 64], "pixel_size": 0.05, "beam_energy": 200.0}
    old = {"schema": 1, "simulation": {"cif": "Cu.cif", "space_group": 225, "instrument": instrument}}
    found = recipe_values(old, "the recipe")["data"]
    assert found["kind"] == "simulated"
    assert found["crystal"] == {"cif": "Cu.cif", "space_group": 225}
    detector = {"shape": [64, 64], "pixel_size": 0.05}
    assert found["instrument"] == {"detector": detector, "beam": {"energy": 200.0}}


def test_thresholds_are_those_of_the_scan():
    values = {"data": {"kind": "scan", "thresholds": {"q": 30, "r": 5}}}
    assert recipe_thresholds(values, "the recipe") == Thresholds(30, 5)
    assert recipe_thresholds({"data": {"kind": "simulated"}}, "the recipe") == Thresholds()
    with pytest.raises(KerasStemError, match="data of the recipe"):
        recipe_thresholds({}, "the recipe")
