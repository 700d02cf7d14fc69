"""Files of weights."""

import keras
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.training.callbacks import weights

pytestmark = pytest.mark.backend


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def test_weights_come_back(model, tmp_path):
    expected = model.get_weights()
    weights.save_weights(model, tmp_path / "best.weights.h5")
    model.set_weights([np.ones_like(one) for one in expected])
    model.load_weights(tmp_path / "best.weights.h5")
    for one, other in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_file_stays_as_it_was_when_there_is_no_room(model, tmp_path, monkeypatch):
    def refuse(path, size):
        raise KerasStemError(f"No room for {size} bytes.")

    path = tmp_path / "best.weights.h5"
    path.write_bytes(b"from before")
    monkeypatch.setattr(weights, "require_room", refuse)
    # By hand: 3 x 2 weights and 2 biases of 4 bytes, and twice what a variable needs besides.
    with pytest.raises(KerasStemError, match=f"No room for {8 * 4 + 2 * weights.VARIABLE_BYTES} bytes"):
        weights.save_weights(model, path)
    assert path.read_bytes() == b"from before"
    assert list(tmp_path.iterdir()) == [path]
