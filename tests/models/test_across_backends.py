"""A model saved on one backend gives the same orientations on the others."""

import importlib.util
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from orix.quaternion import Rotation, symmetry

from keras_stem.crystal.disorientation import disorientation
from keras_stem.training.data import prepare
from keras_stem.training.state import RunState
from keras_stem.training.train import predict, train

pytestmark = pytest.mark.backend

APPLY = """
import sys
import numpy as np
from keras_stem.models.orientation_model import load_keras_file
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan
from keras_stem.training.train import predict
model, scan, out = sys.argv[1:]
with Scan(scan) as opened:
    np.save(out, predict(load_keras_file(model), ScanSource(opened), np.arange(200)))
"""


@pytest.fixture(scope="module")
def saved(scan_path, narrow_recipe, tmp_path_factory):
    """A trained model's file, and its predictions of 200 patterns on this backend."""
    from keras_stem.scan.scan import Scan

    path = tmp_path_factory.mktemp("saved") / "model.keras"
    with Scan(scan_path) as scan:
        data = prepare(scan, narrow_recipe)
        state = RunState("across", str(scan_path), narrow_recipe.to_dict())
        state.save()
        model = train(data, narrow_recipe, state, verbose=False).model
        state.discard()
        model.save(path)
        return path, predict(model, data.source, np.arange(200))


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_same_orientations_within_a_hundredth_of_a_degree(backend, saved, scan_path, tmp_path):
    if backend == keras.backend.backend():
        pytest.skip("the backend that saved the model")
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    path, expected = saved
    environment = {**os.environ, "KERAS_BACKEND": backend}
    arguments = [sys.executable, "-c", APPLY, str(path), str(scan_path), str(tmp_path / "found.npy")]
    subprocess.run(arguments, env=environment, check=True, capture_output=True, timeout=240)
    found = np.load(tmp_path / "found.npy")
    angles = disorientation(Rotation.from_euler(found), Rotation.from_euler(expected), symmetry.C1)
    assert len(found) == 200
    assert np.rad2deg(angles.max()) < 0.01
