"""A saved model is loaded by Keras itself, after ``import keras_stem``."""

import importlib
import pkgutil
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_stem
from keras_stem.networks.build import build_model
from keras_stem.networks.polar.options import PolarConfig
from keras_stem.networks.swin.options import SwinConfig
from keras_stem.serialization import CLASSES

pytestmark = pytest.mark.backend

NETWORKS = {
    "polar": PolarConfig(radii=8, azimuths=24, channels=8, dilations=(1, 3)),
    "swin": SwinConfig(depths=(1, 1), embed_dim=8, heads=(1, 2), window=2),
}
IMPORTS = (
    "import keras_stem, keras",
    "import keras, keras_stem",
    "import keras_stem, importlib.util; importlib.util.find_spec('keras'); import keras.saving",
)


def _in_another_interpreter(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_every_class_that_is_registered_is_known_without_its_import():
    for module in pkgutil.walk_packages(keras_stem.__path__, "keras_stem."):
        importlib.import_module(module.name)
    prefix = "keras_stem>"
    registered = {name for name in keras.saving.get_custom_objects() if name.startswith(prefix)}
    assert registered == {prefix + name for names in CLASSES.values() for name in names}
    for module, names in CLASSES.items():
        for name in names:
            real = getattr(importlib.import_module(f"keras_stem.{module}"), name)
            assert keras.saving.get_registered_object(prefix + name) is real


@pytest.mark.slow
@pytest.mark.parametrize("imports", IMPORTS)
def test_keras_loads_a_model_after_one_import(imports, trained, tmp_path):
    model = keras_stem.load_model(trained.model_uri)
    model.save(tmp_path / "model.keras")
    code = f"{imports}; print(type(keras.saving.load_model({str(tmp_path / 'model.keras')!r})).__module__)"
    assert _in_another_interpreter(code).splitlines()[-1] == "keras_stem.models.orientation_model"


@pytest.mark.slow
@pytest.mark.parametrize("arch", NETWORKS)
def test_keras_loads_a_network_after_one_import(arch, tmp_path, rng):
    network = build_model(NETWORKS[arch], (32, 32, 1))
    patterns = rng.random((2, 32, 32, 1)).astype("float32")
    network.save(tmp_path / "network.keras")
    np.save(tmp_path / "patterns.npy", patterns)
    code = (
        "import keras_stem, keras, numpy as np, pathlib; "
        f"folder = pathlib.Path({str(tmp_path)!r}); "
        "network = keras.saving.load_model(folder / 'network.keras'); "
        "found = network.predict(np.load(folder / 'patterns.npy'), verbose=0); "
        "np.save(folder / 'found.npy', found)"
    )
    _in_another_interpreter(code)
    expected = network.predict(patterns, verbose=0)
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), expected, atol=1e-5)
