"""Work of the workers of a cluster gives what this process alone gives.

Sums of one thread and of several are rounded differently, so that it is not the same bit by bit.
"""

import re

import numpy as np
import pytest
from cluster_tasks import Denied

from keras_stem.cluster.blocks import results_of
from keras_stem.crystal.phase import linio2
from keras_stem.errors import KerasStemError
from keras_stem.indexing.settings import Matching
from keras_stem.inference.cluster_map import MapTask
from keras_stem.inference.scan_map import predict_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.virtual import apertures_of, virtual_images
from keras_stem.simulate.simulation import simulate_scan
from keras_stem.tracking.resolve import load_model
from keras_stem.workflow.match import match_scan
from keras_stem.workflow.match_blocks import MatchTask

COARSE = Matching(resolution=6, refine=2)


@pytest.fixture
def small_blocks(monkeypatch):
    """Several blocks in the tiny scan."""
    monkeypatch.setattr("keras_stem.workflow.match_blocks.BLOCK_PATTERNS", 100)
    monkeypatch.setattr("keras_stem.inference.cluster_map.block_size", lambda source: 100)
    monkeypatch.setattr("keras_stem.inference.blocks.block_size", lambda source: 100)


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "keras_stem"


def require_equal(one, other):
    np.testing.assert_allclose(np.abs((one.rotations * ~other.rotations).data[:, 0]), 1, atol=1e-9)
    np.testing.assert_array_equal(one.phase_id, other.phase_id)
    assert set(one.prop) == set(other.prop)
    for name in one.prop:
        np.testing.assert_allclose(one.prop[name], other.prop[name], atol=1e-4, err_msg=name)


@pytest.mark.parametrize("consensus", [False, True])
def test_template_matching(client, scan, small_blocks, own_state, consensus):
    alone, _ = match_scan(scan, [linio2()], COARSE, consensus=consensus)
    told = []
    found, _ = match_scan(scan, [linio2()], COARSE, told.append, consensus, client=client)
    require_equal(found, alone)
    assert told == [0, 100, 100, 100, 20]
    assert list(own_state.rglob("*.npz")) == []


@pytest.mark.slow
def test_a_map_with_refinement_and_consensus(client, scan, trained, small_blocks, own_state):
    model = load_model(trained.model_uri)
    alone = predict_map(model, scan, refine="quick", consensus=True)
    found = predict_map(model, scan, refine="quick", consensus=True, client=client)
    require_equal(found.crystal_map, alone.crystal_map)
    assert len(list(own_state.rglob("*.npz"))) == 4
    found.forget_blocks()
    assert list(own_state.rglob("*.npz")) == []


def test_finished_blocks_are_not_repeated(client, scan, small_blocks, own_state):
    def interrupt(patterns):
        if patterns:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        match_scan(scan, [linio2()], COARSE, interrupt, client=client)
    assert len(list(own_state.rglob("*.npz"))) == 1
    told = []
    match_scan(scan, [linio2()], COARSE, told.append, client=client)
    assert told == [100, 100, 100, 20]


def test_virtual_images(client, scan):
    apertures = apertures_of(scan.info, None, [], [])
    alone, found = (virtual_images(scan, apertures, client=one) for one in (None, client))
    for name in apertures:
        np.testing.assert_array_equal(found[name], alone[name])


def test_a_simulation(client, simulation, scan, tmp_path):
    simulate_scan(tmp_path / "scan.h5", simulation, client=client)
    with Scan(tmp_path / "scan.h5") as found:
        np.testing.assert_array_equal(found.patterns[:], scan.patterns[:])


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["scan.h5", "model.keras"])
def test_a_file_that_a_worker_does_not_see(client, scan_path, tmp_path, missing):
    paths = {"scan.h5": str(scan_path), "model.keras": str(tmp_path / "model.keras")}
    paths[missing] = str(tmp_path / missing)
    task = MapTask(paths["scan.h5"], paths["model.keras"], "", "", None, False)
    if missing == "scan.h5":
        task = MatchTask(paths["scan.h5"], "", [linio2()], COARSE, False)
    with pytest.raises(KerasStemError, match=rf"Worker tcp://\S+: .*{re.escape(str(tmp_path / missing))}"):
        list(results_of(client, task, [np.arange(3)]))


@pytest.mark.slow
@pytest.mark.backend
def test_another_model_under_the_same_path(client, scan, trained, tmp_path):
    path = tmp_path / "model.keras"
    for factor in (1.0, 1.5):
        model = load_model(trained.model_uri)
        for weights in model.network.weights:
            weights.assign(factor * weights)
        model.save(path)
        model = load_model(path)
        found, alone = predict_map(model, scan, client=client), predict_map(model, scan)
        np.testing.assert_allclose(found.euler, alone.euler, atol=1e-4)


def test_a_scan_that_is_another_than_that_of_the_client(client, scan_path):
    task = MatchTask(str(scan_path), "0123456789abcdef", [linio2()], COARSE, False)
    with pytest.raises(KerasStemError, match="is not the file that the client reads"):
        list(results_of(client, task, [np.arange(3)]))


def test_a_worker_that_may_not_read(client):
    with pytest.raises(KerasStemError, match=r"Worker tcp://\S+: Permission denied \(/no/scan\.h5\)"):
        list(results_of(client, Denied(), [1]))


def test_a_model_without_a_file(client, scan, trained):
    model = load_model(trained.model_uri)
    model.path = None
    with pytest.raises(KerasStemError, match="Expected a model that was loaded from a file"):
        predict_map(model, scan, client=client)
