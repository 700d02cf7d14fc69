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

from keras_stem.crystal.disorientation import disorientation
from keras_stem.inference.predictions import predict
from keras_stem.networks.swin.options import SwinConfig
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan
from keras_stem.training.options import recipe_from_options

pytestmark = [pytest.mark.backend, pytest.mark.slow]

APPLY = """
import sys
from pathlib import Path
import numpy as np
from keras_stem.models.orientation_model import load_keras_file
from keras_stem.pipeline.source import ScanSource
from keras_stem.scan.scan import Scan
from keras_stem.inference.predictions import predict
folder, scan, out = sys.argv[1:]
with Scan(scan) as opened:
    source = ScanSource(opened)
    models = {path.stem: load_keras_file(path) for path in Path(folder).glob("*.keras")}
    found = {name: predict(model, source, np.arange(200)) for name, model in models.items()}
    for answer in ("euler", "spread", "runners_up"):
        known = {name: getattr(told, answer) for name, told in found.items()}
        np.savez(f"{out}/{answer}", **{name: value for name, value in known.items() if value is not None})
"""

SWIN = {"arch": "swin", "embed_dim": 12, "depths": (1, 2), "heads": (1, 2), "weights": None}
CNN = {"arch": "cnn", "filters": (4,), "widths": (16,)}
PAPER = {"recipe": "paper"}
NETWORKS = {
    "polar": {"channels": 8, "azimuths": 24, "radii": 8, "dilations": (1, 3, 9)},
    "cnn": CNN,
    "cnn-paper": {**PAPER, **CNN},
    "cnn-clamped": {**PAPER, **CNN, "clamp": True},
    "densenet": {**PAPER, "arch": "densenet", "blocks": (1, 2, 1, 1)},
    **{f"swin-{variant}": {**PAPER, **SWIN, "variant": variant} for variant in SwinConfig.variants},
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
            data = prepare_scan(scan, recipe.data, recipe.seed)
            model = assemble(data, recipe, head_of(recipe, data.symmetry))
            for number, variable in enumerate(model.non_trainable_variables):
                variable.assign(variable + 0.1 * np.sin(number + np.arange(variable.shape[0])))
            model.save(folder / f"{name}.keras")
            predictions[name] = predict(model, ScanSource(scan), np.arange(200))
    return folder, predictions


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_same_orientations_within_a_hundredth_of_a_degree(backend, saved, scan_path, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    folder, predictions = saved
    environment = {**os.environ, "KERAS_BACKEND": backend}
    arguments = [sys.executable, "-c", APPLY, str(folder), str(scan_path), str(tmp_path)]
    subprocess.run(arguments, env=environment, check=True, capture_output=True, timeout=240)
    found = {name: np.load(tmp_path / f"{name}.npz") for name in ("euler", "spread", "runners_up")}
    assert set(found["euler"]) == set(NETWORKS)
    assert set(found["spread"]) == {"polar", "cnn"}
    assert set(found["runners_up"]) == {"polar"}
    for name, expected in predictions.items():
        # Patterns do not all look the same to it.
        assert np.ptp(np.rad2deg(expected.euler), axis=0).max() > 0.1, name
        assert apart(found["euler"][name], expected.euler).max() < 0.01, name
    for name in found["spread"]:
        np.testing.assert_allclose(found["spread"][name], predictions[name].spread, rtol=1e-4)
    assert apart(found["runners_up"]["polar"], predictions["polar"].runners_up).max() < 0.01


def apart(first, second):
    """The disorientations of Euler angles, deg."""
    return np.rad2deg(disorientation(Rotation.from_euler(first), Rotation.from_euler(second), symmetry.C1))
