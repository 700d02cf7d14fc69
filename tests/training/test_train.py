import dataclasses

import keras
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks.checkpoints import model_weights
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.scan.scan import Scan
from keras_stem.training.data import prepare_scan
from keras_stem.training.data_settings import ScanData
from keras_stem.training.options import recipe_from_options
from keras_stem.training.state import RunState, last_interrupted
from keras_stem.training.train import train

pytestmark = pytest.mark.backend


@pytest.fixture
def run(scan):
    """Train by a recipe under a name, and return the result and the state."""

    def run(recipe, name, on_epoch=lambda epoch, logs: None, state=None):
        state = state or RunState(name, str(scan.path), recipe.to_dict())
        state.save()
        return train(
            prepare_scan(scan, recipe.data, recipe.seed), recipe, state, on_epoch, verbose=False
        ), state

    return run


def test_training_learns_and_scores(run, narrow_recipe, tmp_path):
    result, state = run(dataclasses.replace(narrow_recipe, max_epochs=12, score_every=4), "learns")
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


def test_training_stops_when_it_is_good_enough(run, narrow_recipe):
    result, state = run(dataclasses.replace(narrow_recipe, max_epochs=9, stop="r2>-1000000"), "stops")
    assert len(result.history) == 1
    state.discard()


@pytest.mark.parametrize(
    "data",
    [
        ScanData(augmentation=None),
        ScanData(augmentation=None, cache=True),
        ScanData(augmentation=Augmentation()),
    ],
    ids=["plain", "cached", "augmented"],
)
def test_a_resumed_training_is_the_one_that_would_have_been(run, narrow_recipe, data):
    recipe = dataclasses.replace(narrow_recipe, max_epochs=4, score_every=2, data=data)
    whole, state = run(recipe, "whole")
    state.discard()

    def interrupt(epoch, logs):
        if epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(recipe, "part", interrupt)
    state = last_interrupted()
    assert (state.run_id, state.epochs) == ("part", 2)
    resumed, state = run(recipe, "part", state=state)
    state.discard()
    for name in ("loss", "learning_rate"):
        np.testing.assert_allclose(
            [logs[name] for logs in resumed.history], [logs[name] for logs in whole.history], rtol=1e-5
        )
    for name in ("val", "test"):
        found, expected = (trained.predictions[name].euler for trained in (resumed, whole))
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_only_the_head_learns_while_the_rest_is_frozen(run, narrow_recipe):
    frozen = dataclasses.replace(narrow_recipe, freeze=2, max_epochs=2)
    start, state = run(dataclasses.replace(narrow_recipe, learning_rate=1e-30, max_epochs=1), "start")
    state.discard()
    result, state = run(frozen, "frozen")
    state.discard()
    before, after = (model_weights(trained.model) for trained in (start, result))
    changed = {path for path in after if not np.allclose(before[path], after[path], atol=1e-7)}
    assert changed == {"head/kernel", "head/bias"}


@pytest.mark.parametrize(
    "stopped_after", [2, *(pytest.param(epochs, marks=pytest.mark.slow) for epochs in (1, 3))]
)
def test_a_resumed_training_thaws_when_it_would_have(run, narrow_recipe, stopped_after):
    recipe = dataclasses.replace(narrow_recipe, freeze=2, max_epochs=4)
    whole, state = run(recipe, "whole")
    state.discard()

    def interrupt(epoch, logs):
        if epoch == stopped_after + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(recipe, "part", interrupt)
    resumed, state = run(recipe, "part", state=last_interrupted())
    state.discard()
    losses = [[logs["loss"] for logs in trained.history] for trained in (resumed, whole)]
    np.testing.assert_allclose(*losses, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arch", "precision"),
    [("cnn", "float16"), ("densenet", "bfloat16"), ("swin", "bfloat16"), ("swin", "float16")],
)
def test_lower_precision_learns_and_answers_in_float32(run, narrow_recipe, arch, precision):
    small = {"filters": (4,), "widths": (16,), "blocks": (1, 1, 1, 1)}
    small |= {"embed_dim": 12, "depths": (1, 2), "heads": (1, 2)}
    options = {"recipe": "paper", "arch": arch, "precision": precision, "max_epochs": 3, **small}
    recipe = recipe_from_options(options, strict=False)
    result, state = run(recipe, "low")
    state.discard()
    losses = [logs["loss"] for logs in result.history]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]
    assert {layer.compute_dtype for layer in result.model.network.layers} >= {precision, "float32"}
    assert result.predictions["test"].euler.dtype == np.float32
    weights = {keras.backend.standardize_dtype(weight.dtype) for weight in result.model.network.weights}
    assert weights == {"float32"}


def test_divergence_is_a_clear_error(run, narrow_recipe):
    with pytest.raises(KerasStemError, match=r"diverged.*--learning-rate"):
        run(dataclasses.replace(narrow_recipe, learning_rate=1e30, max_epochs=6), "diverges")
    last_interrupted().discard()


def test_clamped_output_stays_in_the_physical_range(run, narrow_recipe):
    result, state = run(dataclasses.replace(narrow_recipe, clamp=True, max_epochs=1), "clamped")
    state.discard()
    for predictions in result.predictions.values():
        assert (predictions.euler >= 0).all()
        assert (predictions.euler <= np.deg2rad((360, 90, 120)) + 1e-5).all()


def test_nothing_interrupted_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(KerasStemError, match="no interrupted training"):
        last_interrupted()


def test_a_scan_of_zeros_is_refused(tmp_path, scan, narrow_recipe):
    from keras_stem.scan.writing import create_scan

    with create_scan(tmp_path / "zeros.h5", scan.info) as writer:
        writer.write_rows(0, np.zeros_like(scan.patterns[:]))
        writer.write_labels(scan.labels)
    with Scan(tmp_path / "zeros.h5") as zeros, pytest.raises(KerasStemError, match="zero"):
        prepare_scan(zeros, narrow_recipe.data, narrow_recipe.seed)


def test_a_scan_without_calibration_is_refused(tmp_path, scan, narrow_recipe):
    from keras_stem.scan.detector import Detector
    from keras_stem.scan.writing import create_scan

    info = dataclasses.replace(scan.info, detector=Detector((64, 64), float("nan")))
    with create_scan(tmp_path / "bare.h5", info) as writer:
        writer.write_rows(0, scan.patterns[:])
        writer.write_labels(scan.labels)
    with Scan(tmp_path / "bare.h5") as bare, pytest.raises(KerasStemError, match="no reciprocal calibration"):
        prepare_scan(bare, narrow_recipe.data, narrow_recipe.seed)
