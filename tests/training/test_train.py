import dataclasses
import random
import threading

import keras
import numpy as np
import pytest

from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.training.data_settings import ScanData
from keras_stem.training.options import recipe_from_options
from keras_stem.training.state import last_interrupted

pytestmark = pytest.mark.backend


def test_training_learns_and_scores(train_on_scan, narrow_recipe, tmp_path):
    result, state = train_on_scan(dataclasses.replace(narrow_recipe, max_epochs=12, score_every=4), "learns")
    losses = [logs["loss"] for logs in result.history]
    assert len(losses) == 12
    assert losses[-1] < 0.5 * losses[0]
    scored = [epoch for epoch, logs in enumerate(result.history, 1) if "val_r2" in logs]
    assert scored == [4, 8, 12]
    assert set(result.scores) == {"val", "test", "q"}
    best = min(logs["val_geometric"] for logs in result.history if "val_geometric" in logs)
    assert result.scores["val"].geometric == pytest.approx(best, rel=1e-3)
    assert state.best == pytest.approx(best)
    state.discard()
    result.model.save(tmp_path / "model.keras")
    weights = 4 * result.model.count_params()
    assert (tmp_path / "model.keras").stat().st_size < 1.5 * weights + 100_000  # no optimizer


@pytest.mark.parametrize(
    "data",
    [
        ScanData(augmentation=None),
        ScanData(augmentation=None, cache=True),
        ScanData(augmentation=Augmentation()),
    ],
    ids=["plain", "cached", "augmented"],
)
def test_a_resumed_training_is_the_one_that_would_have_been(train_on_scan, narrow_recipe, data):
    recipe = dataclasses.replace(narrow_recipe, max_epochs=4, score_every=2, data=data)
    whole, state = train_on_scan(recipe, "whole")
    state.discard()

    def interrupt(epoch, logs):
        if epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_on_scan(recipe, "part", interrupt)
    state = last_interrupted()
    assert (state.run_id, state.epochs) == ("part", 2)
    resumed, state = train_on_scan(recipe, "part", state=state)
    state.discard()
    for name in ("loss", "learning_rate"):
        np.testing.assert_allclose(
            [logs[name] for logs in resumed.history], [logs[name] for logs in whole.history], rtol=1e-5
        )
    for name in ("val", "test"):
        found, expected = (trained.predictions[name].euler for trained in (resumed, whole))
        np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.slow
def test_a_training_does_not_depend_on_other_threads(train_on_scan, narrow_recipe):
    """Threads that draw from Python's random numbers, as those of Dask do."""
    recipe = dataclasses.replace(narrow_recipe, max_epochs=1)
    alone, state = train_on_scan(recipe, "alone")
    state.discard()
    ended = threading.Event()

    def draw():
        while not ended.wait(0.001):
            random.random()

    thread = threading.Thread(target=draw)
    thread.start()
    try:
        beside, state = train_on_scan(recipe, "beside")
    finally:
        ended.set()
        thread.join()
    state.discard()
    assert beside.history[0]["loss"] == pytest.approx(alone.history[0]["loss"], rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arch", "precision"),
    [("cnn", "float16"), ("densenet", "bfloat16"), ("swin", "bfloat16"), ("swin", "float16")],
)
def test_lower_precision_learns_and_answers_in_float32(train_on_scan, narrow_recipe, arch, precision):
    small = {"filters": (4,), "widths": (16,), "blocks": (1, 1, 1, 1)}
    small |= {"embed_dim": 12, "depths": (1, 2), "heads": (1, 2)}
    options = {"recipe": "paper", "arch": arch, "precision": precision, "max_epochs": 3, **small}
    recipe = recipe_from_options(options, strict=False)
    result, state = train_on_scan(recipe, "low")
    state.discard()
    losses = [logs["loss"] for logs in result.history]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]
    assert {layer.compute_dtype for layer in result.model.network.layers} >= {precision, "float32"}
    assert result.predictions["test"].euler.dtype == np.float32
    weights = {keras.backend.standardize_dtype(weight.dtype) for weight in result.model.network.weights}
    assert weights == {"float32"}


def test_clamped_output_stays_in_the_physical_range(train_on_scan, narrow_recipe):
    result, state = train_on_scan(dataclasses.replace(narrow_recipe, clamp=True, max_epochs=1), "clamped")
    state.discard()
    for predictions in result.predictions.values():
        assert (predictions.euler >= 0).all()
        assert (predictions.euler <= np.deg2rad((360, 90, 120)) + 1e-5).all()
