"""The time of an epoch."""

import pytest

from keras_stem.training.callbacks.stopwatch import Stopwatch


def test_the_time_of_an_epoch_is_told(monkeypatch):
    times = iter([100.0, 102.5, 200.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(times))
    watch, logs = Stopwatch(), {"loss": 1.0}
    watch.on_epoch_begin(0)
    watch.on_epoch_end(0, logs)
    assert logs["seconds"] == pytest.approx(2.5)
