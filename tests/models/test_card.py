"""Model cards: the patterns that fit, and fields that are wrong."""

import json

import pytest
from model_files import refusal, rewrite

from keras_stem.errors import KerasStemError
from keras_stem.instrument.detector import Detector
from keras_stem.models.orientation_model import load_keras_file

pytestmark = pytest.mark.backend


@pytest.mark.parametrize(
    ("detector", "binning"),
    [
        (Detector((64, 64), 0.05), 1),
        (Detector((256, 256), 0.0125), 4),
        (Detector((64, 64), 0.0504), 1),
    ],
)
def test_patterns_that_fit_are_taken(model, detector, binning):
    assert model.card.binning_for(detector) == binning


@pytest.mark.parametrize(
    ("detector", "problem"),
    [
        (Detector((96, 96), 0.05), "integer multiple"),
        (Detector((32, 32), 0.1), "integer multiple"),
        (Detector((64, 128), 0.05), "integer multiple"),
        (Detector((64, 64), 0.0506), "camera length"),
        (Detector((64, 64), float("nan")), "no reciprocal calibration"),
    ],
)
def test_patterns_that_do_not_fit_are_refused(model, detector, problem):
    with pytest.raises(KerasStemError, match=problem):
        model.card.binning_for(detector)


CALIBRATION = {"weights": [1.0], "expected": [0.0, 1.0], "bound_68": [1.0, 2.0], "bound_95": [2.0, 3.0]}
USUAL = {"largest_spread": None, "least_agreement": 50.0}
_ABSENT = object()


def _with_card(path, **fields):
    def change(members):
        plain = json.loads(members["config.json"])
        for name, value in fields.items():
            plain["config"]["card"].pop(name, None)
            if value is not _ABSENT:
                plain["config"]["card"][name] = value
        members["config.json"] = json.dumps(plain).encode()

    rewrite(path, change)


def test_a_card_with_all_its_parts_is_taken(file):
    _with_card(file, calibration=CALIBRATION, novelty=USUAL)
    card = load_keras_file(file).card
    assert (card.calibration, card.novelty) == (CALIBRATION, USUAL)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("arch", "perceptron", "Expected arch in the model card"),
        ("pixel_size", "wide", "Expected pixel_size in the model card"),
        ("pixel_size", -0.05, "greater than 0, found -0.05"),
        ("detector_shape", [64], "Expected detector_shape/1 in the model card, found none"),
        ("detector_shape", [64, 10**6], "Expected detector_shape/1 in the model card"),
        ("detector_shape", None, "found None"),
        ("label_mean", {"a": {}}, "Expected label_mean in the model card"),
        ("recipe", [], "Expected recipe in the model card to be a valid dictionary"),
        ("recipe", {}, "Expected thresholds of the recipe of the model card"),
        ("recipe", {"thresholds": {"q": "high", "r": 0}}, "q in thresholds of the recipe"),
        ("recipe", {"thresholds": {"q": 20, "r": 0}}, "Expected schedule of the recipe"),
        ("frame", _ABSENT, "Expected frame in the model card, found none"),
        ("phase", {}, "the phase of the model card, found none"),
        ("mood", "good", "Expected no 'mood' in the model card"),
        ("calibration", {**CALIBRATION, "bound_95": [1.0]}, "as many bounds as steps"),
        ("calibration", {"weights": [1.0]}, "weights, expected, bound_68 and bound_95"),
        ("calibration", {**CALIBRATION, "weights": []}, "calibration/weights in the model card"),
        ("calibration", {**CALIBRATION, "expected": [None, 1.0]}, "calibration/expected/0"),
        ("novelty", {}, "at least largest_spread and least_agreement"),
        ("novelty", {**USUAL, "right": "most"}, "Expected novelty/right in the model card"),
    ],
)
def test_wrong_fields_of_cards_are_named(file, untouched_keras, field, value, said):
    _with_card(file, **{field: value})
    message = refusal(file)
    assert said in message
    assert str(file) in message
