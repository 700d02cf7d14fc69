"""What earlier versions stored loads in this one, whatever has been renamed since.

The files of each version were written by that version: models of four networks and three heads with what
they predict, the state of an interrupted training, a scan and a map.
"""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.io.map_files import read_map
from keras_stem.models.card import ModelCard
from keras_stem.models.orientation_model import load_keras_file
from keras_stem.scan.scan import Scan
from keras_stem.simulate.stream import Nuisances
from keras_stem.training.data import prepare_scan
from keras_stem.training.data_settings import SimulatedData
from keras_stem.training.options import recipe_from_options
from keras_stem.training.recipe import Recipe
from keras_stem.training.state import RunState, last_interrupted, read_state
from keras_stem.training.train import train
from keras_stem.versions import SCHEMA, up_to_date, with_schema

pytestmark = pytest.mark.backend
VERSIONS = sorted(Path(__file__).parent.glob("data/version-*"))


SCHEMA_1 = {
    "scan": recipe_from_options(
        {
            **{"arch": "cnn", "filters": (8, 8), "min_q": 30.0, "split": "block", "binning": 2},
            **{"cache": True, "dose_scale": 0.25, "overlap_fraction": 0.125},
        }
    ),
    "simulated": recipe_from_options(
        {},
        simulated=SimulatedData(
            CrystalFile("Cu.cif", 225), Instrument(Detector((32, 64), 0.1)), Nuisances(dose=(1, 2)), 7
        ),
    ),
}
"""Recipes whose files in data/schema-1 were written with schema 1."""


@pytest.fixture(params=VERSIONS, ids=[path.name for path in VERSIONS])
def stored(request):
    return request.param


@pytest.mark.parametrize("name", ["votes", "rotation", "euler", "densenet"])
def test_models_give_the_same_orientations(name, stored):
    model = load_keras_file(stored / f"{name}.keras")
    expected = json.loads((stored / f"{name}.json").read_text())
    with Scan(stored / "scan.h5") as scan:
        counts = scan.read(np.arange(len(expected["euler"])))[..., None].astype("float32")
    found = {key: keras.ops.convert_to_numpy(value) for key, value in model(counts).items()}
    first, second = (Rotation.from_euler(np.asarray(one["euler"], float)) for one in (found, expected))
    symmetry = proper_point_group(model.card.load_phase())
    assert np.rad2deg(disorientation(first, second, symmetry)).max() < 0.01
    if "spread" in expected:
        np.testing.assert_allclose(found["spread"], expected["spread"], rtol=1e-3, atol=1e-5)
    assert Recipe.from_dict(model.card.recipe).arch == model.card.arch


def test_an_interrupted_training_goes_on(stored, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state = RunState("run", "", {})
    shutil.copytree(stored / "run", state.folder)
    state = last_interrupted()
    recipe = Recipe.from_dict(state.recipe)
    done = state.epochs
    assert 0 < done < recipe.max_epochs
    with Scan(stored / "scan.h5") as scan:
        result = train(prepare_scan(scan, recipe.data, recipe.seed), recipe, state, verbose=False)
    assert len(result.history) == recipe.max_epochs
    assert np.isfinite([logs["loss"] for logs in result.history]).all()


def test_scans_and_maps_are_read(stored):
    with Scan(stored / "scan.h5") as scan:
        assert scan.labels.size == len(scan)
        assert scan.labels.phases[0].name == "LiNiO2"
    found, origin = read_map(stored / "map.h5")
    assert found.size == len(scan)
    assert origin["frame"].startswith("orix")
    assert {"agreement", "uncertainty"} <= set(found.prop)


@pytest.mark.parametrize("name", SCHEMA_1)
def test_recipes_of_schema_1_are_read(name, tmp_path):
    path = VERSIONS[0].parent / "schema-1" / f"{name}.json"
    plain, expected = json.loads(path.read_text()), SCHEMA_1[name]
    assert Recipe.from_dict(plain) == expected
    card = load_keras_file(VERSIONS[0] / "rotation.keras").card
    found = ModelCard.from_dict({**card.to_dict(), "schema": 1, "recipe": plain})
    assert Recipe.from_dict(found.recipe) == expected
    assert (found.thresholds.q, found.schedule) == ({"scan": 30, "simulated": 20}[name], "cosine")
    state = {"schema": 1, "run_id": "run", "scan": "scan.h5", "recipe": plain}
    (tmp_path / "state.json").write_text(json.dumps(state))
    assert Recipe.from_dict(read_state(tmp_path).recipe) == expected


def test_cards_drop_what_an_older_agreement_determined():
    card = load_keras_file(VERSIONS[0] / "rotation.keras").card.to_dict()
    nodes = {name: [1.0] for name in ("weights", "expected", "bound_68", "bound_95")}
    limits = {"largest_spread": 0.3, "least_agreement": 60.0, "common_agreement": 70.0, "right": 0.9}
    old = {"calibration": nodes, "refined_calibration": nodes, "novelty": limits, "refined_novelty": limits}
    found = ModelCard.from_dict({**card, **old, "schema": 2})
    assert found.calibration is None
    assert found.novelty == {"largest_spread": 0.3, "least_agreement": None, "right": 0.9}
    with pytest.raises(KerasStemError, match="novelty"):
        ModelCard.from_dict({**card, **old, "schema": 2, "novelty": [1.0]})
    by_spread = {**old, "novelty": {**limits, "least_agreement": None}}
    assert ModelCard.from_dict({**card, **by_spread, "schema": 2}).calibration == nodes


def test_recipes_that_knew_no_cells_are_read():
    plain = json.loads((VERSIONS[0].parent / "schema-1" / "simulated.json").read_text())
    crystal = plain["simulation"].pop("crystal")
    plain["simulation"] |= {name: crystal[name] for name in ("cif", "space_group")}
    assert Recipe.from_dict(plain) == SCHEMA_1["simulated"]


def test_what_is_stored_now_carries_its_schema(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state = RunState("run", "scan.h5", Recipe().to_dict())
    state.save()
    plain = json.loads((state.folder / "state.json").read_text())
    assert plain["schema"] == plain["recipe"]["schema"] == SCHEMA
    assert read_state(state.folder) == state


def test_newer_schemas_are_refused_and_older_ones_brought_up_to_date():
    def renamed(values):
        return {"new" if name == "old" else name: value for name, value in values.items()}

    assert up_to_date({"old": 1}, "x", [renamed]) == {"new": 1}
    assert up_to_date(with_schema({"new": 1}), "x", [renamed]) == {"new": 1}
    with pytest.raises(KerasStemError, match="upgrade the package"):
        up_to_date({"schema": SCHEMA + 1}, "x")
    with pytest.raises(KerasStemError, match="schema of x, found 'one'"):
        up_to_date({"schema": "one"}, "x")


def test_scans_have_the_fingerprint_by_which_models_know_them():
    with Scan(VERSIONS[0] / "scan.h5") as scan:
        assert scan.fingerprint == "cf97014d7c178651"  # as version 0.1.0 printed it
