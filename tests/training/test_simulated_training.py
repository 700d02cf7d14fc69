"""Trainings on simulated patterns, and what they are good for."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from keras import ops
from simulated import PURE, SMALL
from simulated_training import RECIPE, TINY, train_simulated

from keras_stem.crystal.euler import euler_ranges
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.inference.predictions import predict
from keras_stem.models.orientation_model import load_keras_file
from keras_stem.networks.cnn.options import CNNConfig
from keras_stem.tracking.resolve import load_model
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_simulation
from keras_stem.training.data_settings import SimulatedData
from keras_stem.training.options import recipe_from_options
from keras_stem.training.state import last_interrupted
from keras_stem.workflow.evaluate import evaluate
from keras_stem.workflow.fit import fit
from keras_stem.workflow.mapping import map_scan

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("few_scored")]


def loss_of(model, data):
    """The loss on DS_Val with the width that it has after a third of a training."""
    target, val = head_of(RECIPE, data.symmetry), data.scored["val"]
    votes = model.encoder.predict(val.source.read(val.positions)[..., None].astype("float32"), verbose=0)
    expected = np.pad(target.encode(val.rotations.to_matrix()), [(0, 0), (0, 1)], constant_values=1 / 3)
    pair = (ops.convert_to_tensor(array.astype("float32")) for array in (expected, votes))
    return float(ops.mean(target.loss().call(*pair)))


def test_euler_angles_are_trained_on_simulated_patterns():
    """The target of the paper, in the Euler fundamental region."""
    recipe = dataclasses.replace(
        RECIPE, network=CNNConfig(filters=(4, 8), widths=(16,)), target="euler", max_epochs=2
    )
    result, _ = train_simulated(recipe, "euler-simulated")
    ranges = euler_ranges(proper_point_group(linio2()))
    found = result.predictions["test"].euler
    assert found.shape == (200, 3)
    # Half a range on average is what a guess would give.
    assert (np.abs(np.median(found, axis=0) / ranges - 0.5) < 0.25).all()
    assert np.isfinite([logs["loss"] for logs in result.history]).all()


def test_training_learns_and_knows_how_sure_it_is(learned, tmp_path):
    data = prepare_simulation(RECIPE.data, RECIPE.seed)
    keras.utils.set_random_seed(RECIPE.seed)  # the network as the training begins with it
    untrained = assemble(data, RECIPE, head_of(RECIPE, data.symmetry))
    assert loss_of(learned.model, data) < loss_of(untrained, data) - 0.1
    assert np.isfinite([logs["loss"] for logs in learned.history]).all()
    assert len(learned.history) == 4
    assert set(learned.scores) == {"val", "test"}
    assert learned.scores["test"].count == 200
    card = learned.model.card
    assert {"weights", "expected", "bound_68", "bound_95"} == set(card.calibration)
    assert len(card.calibration["weights"]) == 3  # spread, agreement, and evidence against the runner-up
    assert set(card.novelty) == {"largest_spread", "least_agreement", "right"}
    assert card.instrument == SMALL
    assert (card.arch, card.target) == ("polar", "votes")

    learned.model.save(tmp_path / "model.keras")
    loaded = load_keras_file(tmp_path / "model.keras")
    assert json.loads(json.dumps(loaded.card.to_dict())) == json.loads(json.dumps(card.to_dict()))
    val = data.scored["val"]
    found = predict(loaded, val.source, val.positions)
    for name in ("euler", "spread", "runners_up"):
        expected = getattr(learned.predictions["val"], name)
        np.testing.assert_allclose(getattr(found, name), expected, atol=1e-5)


def test_a_resumed_training_is_the_one_that_would_have_been(learned):
    def interrupt(epoch, logs):
        if epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_simulated(RECIPE, "part", interrupt)
    assert last_interrupted().epochs == 2
    resumed, state = train_simulated(RECIPE, "part", state=last_interrupted())
    state.discard()
    losses = [[logs["loss"] for logs in result.history] for result in (resumed, learned)]
    np.testing.assert_allclose(*losses, rtol=1e-5)
    for name in ("val", "test"):
        found, expected = (result.predictions[name].euler for result in (resumed, learned))
        np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_lower_precision_trains_and_answers_in_float32(precision):
    recipe = dataclasses.replace(RECIPE, precision=precision, max_epochs=1)
    result, state = train_simulated(recipe, "low")
    state.discard()
    assert np.isfinite([logs["loss"] for logs in result.history]).all()
    assert {layer.compute_dtype for layer in result.model.network.layers} == {precision, "float32"}
    for answer in (result.predictions["test"].euler, result.predictions["test"].spread):
        assert answer.dtype == np.float32


def test_other_networks_are_trained_on_simulations_too():
    small = {"arch": "cnn", "filters": (4,), "widths": (16,), "max_epochs": 1}
    recipe = recipe_from_options(small, simulated=RECIPE.data)
    result, state = train_simulated(recipe, "cnn")
    state.discard()
    assert np.isfinite(result.history[0]["loss"])
    assert len(result.model.card.calibration["weights"]) == 2  # spread and agreement


@pytest.mark.slow
@pytest.mark.usefixtures("own_store")
def test_what_was_learned_from_a_simulation_is_applied_to_a_scan_and_tuned_on_it(scan, tmp_path):
    simulated = SimulatedData(instrument=scan.info.instrument(), nuisances=PURE, patterns=200)
    first = fit(recipe=dataclasses.replace(RECIPE, data=simulated, max_epochs=1))
    model = load_model(first.model_uri)
    prediction = map_scan(model, scan, tmp_path / "map")
    for name in ("uncertainty", "reliability", "agreement"):
        assert prediction.property(name).shape == (len(scan),)
    assert {row.subset for row in evaluate(model, scan)} == {"DS_R", "DS_Q", "clear"}

    options = {**dataclasses.asdict(TINY), "weights": first.model_uri, "freeze": 1, "max_epochs": 2}
    second = fit(scan.path, recipe_from_options(options))
    assert set(second.scores) == {"val", "test", "q"}
    card = load_model(second.model_uri).card
    assert card.recipe["weights"] == first.model_uri
    assert card.fingerprint == scan.fingerprint
