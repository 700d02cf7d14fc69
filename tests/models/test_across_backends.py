"""A model saved on one backend gives the same orientations on the others."""

import dataclasses
import importlib.util
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from orix.quaternion import Rotation, symmetry

from keras_stem.choices import VARIANTS
from keras_stem.crystal.disorientation import disorientation
from keras_stem.scan.scan import Scan
from keras_stem.training.assemble import assemble
from keras_stem.training.data import prepare
from keras_stem.training.options import recipe_from_options
from keras_stem.training.predict import predict
from keras_stem.training.targets import EulerTarget

pytestmark = pytest.mark.backend

APPLY = """
import sys
from pathlib import Path
import numpy as np
from keras_stem.models.orientation_model import load_keras_file
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan
from keras_stem.training.predict import predict
folder, scan, out = sys.argv[1:]
with Scan(scan) as opened:
    source = ScanSource(opened)
    models = {path.stem: load_keras_file(path) for path in Path(folder).glob("*.keras")}
    np.savez(out, **{name: predict(model, source, np.arange(200)) for name, model in models.items()})
"""

SWIN = {"arch": "swin", "embed_dim": 12, "depths": (1, 2), "heads": (1, 2), "weights": None}
NETWORKS = {
    "cnn": {"filters": (4,), "widths": (16,)},
    "cnn-clamped": {"filters": (4,), "widths": (16,), "clamp": True},
    "densenet": {"arch": "densenet", "blocks": (1, 2, 1, 1)},
    **{f"swin-{variant}": {**SWIN, "variant": variant} for variant in VARIANTS["swin"]},
}


@pytest.fixture(scope="module")
def saved(scan_path, tmp_path_factory):
    """A folder with a model of each variant, and their predictions of 200 patterns on this backend."""
    folder = tmp_path_factory.mktemp("saved")
    predictions = {}
    with Scan(scan_path) as scan:
        for name, options in NETWORKS.items():
            keras.utils.set_random_seed(0)
            recipe = dataclasses.replace(recipe_from_options(options), weights=None)
            data = prepare(scan, recipe)
            model = assemble(data, recipe, EulerTarget(data.symmetry))
            for number, variable in enumerate(model.non_trainable_variables):
                variable.assign(variable + 0.1 * np.sin(number + np.arange(variable.shape[0])))
            model.save(folder / f"{name}.keras")
            predictions[name] = predict(model, data.source, np.arange(200))
    return folder, predictions


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_same_orientations_within_a_hundredth_of_a_degree(backend, saved, scan_path, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    folder, predictions = saved
    environment = {**os.environ, "KERAS_BACKEND": backend}
    arguments = [sys.executable, "-c", APPLY, str(folder), str(scan_path), str(tmp_path / "found.npz")]
    subprocess.run(arguments, env=environment, check=True, capture_output=True, timeout=240)
    found = np.load(tmp_path / "found.npz")
    assert set(found) == set(NETWORKS)
    for name, expected in predictions.items():
        assert np.ptp(np.rad2deg(expected), axis=0).max() > 0.1, (
            name
        )  # patterns do not all look the same to it
        there, here = Rotation.from_euler(found[name]), Rotation.from_euler(expected)
        assert np.rad2deg(disorientation(there, here, symmetry.C1).max()) < 0.01, name
