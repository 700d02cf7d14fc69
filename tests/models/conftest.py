"""An untrained model, and the file of one."""

import shutil

import keras
import pytest

from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan


@pytest.fixture
def model(scan, narrow_recipe):
    keras.utils.set_random_seed(0)
    data = prepare_scan(scan, narrow_recipe.data, narrow_recipe.seed)
    return assemble(data, narrow_recipe, head_of(narrow_recipe, data.symmetry))


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
