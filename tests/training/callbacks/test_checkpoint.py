"""What is on the disk after each epoch."""

import keras
import numpy as np
import pytest

from keras_stem.training.callbacks.checkpoint import Checkpoint
from keras_stem.training.state import RunState, interrupted

pytestmark = pytest.mark.backend


def test_the_state_names_the_weights_of_the_last_epoch_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state, told = RunState("run", "scan.h5", {}), []
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    state.save()
    data, callback = np.ones((4, 2), np.float32), Checkpoint(state, lambda *epoch: told.append(epoch))
    model.fit(data, data[:, :1], epochs=3, verbose=0, callbacks=[callback])
    found = interrupted("run")
    assert found.epochs == 3
    assert [epoch for epoch, _ in told] == [1, 2, 3]
    assert found.history == [logs for _, logs in told]
    assert all(logs["learning_rate"] == pytest.approx(0.01) for logs in found.history)
    assert {path.name for path in found.folder.iterdir()} == {"state.json", "epoch-00003.weights.h5"}
    expected = model.get_weights()
    model.set_weights([np.zeros_like(one) for one in expected])
    model.load_weights(found.latest_weights(3))
    for one, other in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(one, other)
