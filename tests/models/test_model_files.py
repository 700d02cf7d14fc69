"""Damaged ``.keras`` files are told in one line that names the place, before Keras builds anything."""

import json
import shutil
import zipfile

import keras
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.models.orientation_model import load_keras_file
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan

pytestmark = pytest.mark.backend

CALIBRATION = {"weights": [1.0], "expected": [0.0, 1.0], "bound_68": [1.0, 2.0], "bound_95": [2.0, 3.0]}
USUAL = {"largest_spread": None, "least_agreement": 50.0}
_ABSENT = object()


@pytest.fixture(scope="module")
def right_file(scan_path, narrow_recipe, tmp_path_factory):
    from keras_stem.scan.scan import Scan

    path = tmp_path_factory.mktemp("models") / "right.keras"
    with Scan(scan_path) as scan:
        data = prepare_scan(scan, narrow_recipe.data, narrow_recipe.seed)
        assemble(data, narrow_recipe, head_of(narrow_recipe, data.symmetry)).save(path)
    return path


@pytest.fixture
def file(right_file, tmp_path):
    return shutil.copy(right_file, tmp_path / "model.keras")


@pytest.fixture
def untouched_keras(monkeypatch):
    """Fail where Keras is asked to build a model."""

    def never(*_, **__):
        raise AssertionError("Keras built a model of a file that is wrong")

    monkeypatch.setattr(keras.saving, "load_model", never)


def _rewrite(path, change, compression=zipfile.ZIP_STORED):
    """Write an archive again after a change of its members, a dictionary of names and bytes."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _with_card(path, **fields):
    def change(members):
        plain = json.loads(members["config.json"])
        for name, value in fields.items():
            plain["config"]["card"].pop(name, None)
            if value is not _ABSENT:
                plain["config"]["card"][name] = value
        members["config.json"] = json.dumps(plain).encode()

    _rewrite(path, change)


def _message(path):
    with pytest.raises(KerasStemError) as error:
        load_keras_file(path)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_card_with_all_its_parts_is_taken(file):
    _with_card(file, calibration=CALIBRATION, novelty=USUAL)
    card = load_keras_file(file).card
    assert (card.calibration, card.novelty, card.refined_novelty) == (CALIBRATION, USUAL, None)


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
        ("refined_calibration", {**CALIBRATION, "expected": [None, 1.0]}, "refined_calibration/expected/0"),
        ("novelty", {}, "at least largest_spread and least_agreement"),
        ("novelty", {**USUAL, "right": "most"}, "Expected novelty/right in the model card"),
    ],
)
def test_wrong_fields_of_cards_are_named(file, untouched_keras, field, value, said):
    _with_card(file, **{field: value})
    message = _message(file)
    assert said in message
    assert str(file) in message


def test_a_configuration_that_does_not_fit_into_memory_is_not_unpacked(file, untouched_keras):
    def blow_up(members):
        members["config.json"] += b" " * (65 << 20)

    _rewrite(file, blow_up, zipfile.ZIP_DEFLATED)
    assert "Expected at most 64 MiB as config.json" in _message(file)


@pytest.mark.parametrize("content", [b"", b"no archive", b"{", b"[" * 100_000, b"[]", b'{"config": []}'])
def test_other_configurations_are_refused(file, untouched_keras, content):
    _rewrite(file, lambda members: members.update({"config.json": content}))
    assert str(file) in _message(file)


def test_a_file_without_a_configuration_is_refused(file, untouched_keras):
    _rewrite(file, lambda members: members.pop("config.json"))
    assert "Cannot read" in _message(file)


def test_half_a_file_is_refused(file, untouched_keras):
    file.write_bytes(file.read_bytes()[:5000])
    assert "Cannot read" in _message(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.pop("model.weights.h5"),
        lambda members: members.update({"model.weights.h5": members["model.weights.h5"][:3000]}),
    ],
)
def test_damaged_weights_are_told(file, change):
    _rewrite(file, change)
    message = _message(file)
    assert "weights are damaged" in message
    assert str(file) in message
