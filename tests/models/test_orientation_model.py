import dataclasses

import keras
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.models.orientation_model import load_keras_file

pytestmark = pytest.mark.backend


def test_a_saved_model_is_whole(tmp_path, model, scan):
    counts = scan.read(np.arange(20))[..., None].astype("float32")
    expected = model.predict(counts, verbose=0)["euler"]
    model.save(tmp_path / "model.keras")
    loaded = load_keras_file(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(counts, verbose=0)["euler"], expected, atol=1e-6)
    card = loaded.card
    assert card.load_phase().point_group.name == "-3m"
    assert card.point_group == "32"
    assert card.fingerprint == scan.fingerprint
    assert card.detector == scan.info.detector
    assert (card.arch, card.target) == ("cnn", "euler")
    assert dataclasses.asdict(card)["recipe"]["network"]["kernel_size"] == 3


def test_an_empty_pattern_gives_finite_angles(model):
    assert np.isfinite(model.predict(np.zeros((2, 64, 64, 1)), verbose=0)["euler"]).all()


def test_what_is_no_model_is_a_clear_error(tmp_path):
    with pytest.raises(KerasStemError, match="nothing at"):
        load_keras_file(tmp_path / "absent.keras")
    (tmp_path / "broken.keras").write_bytes(b"no zip file")
    with pytest.raises(KerasStemError, match="Cannot read"):
        load_keras_file(tmp_path / "broken.keras")
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(tmp_path / "other.keras")
    with pytest.raises(KerasStemError, match="not saved by keras_stem"):
        load_keras_file(tmp_path / "other.keras")
