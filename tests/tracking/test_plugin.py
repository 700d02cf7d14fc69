"""The Keras flavour of a registered model in plain MLflow."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keras_stem.tracking.store import absolute_uri, connect

pytestmark = pytest.mark.backend


@pytest.fixture
def installed(tmp_path) -> Path:
    """A folder with the entry points of this package, as pip writes them when it installs it."""
    setup = configparser.ConfigParser()
    setup.read(Path(__file__).parents[2] / "setup.cfg")
    metadata = tmp_path / "installed" / "keras_stem-0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: keras_stem\nVersion: 0\n")
    groups = setup["options.entry_points"].items()
    (metadata / "entry_points.txt").write_text("\n".join(f"[{name}]{lines}" for name, lines in groups))
    return metadata.parent


@pytest.mark.slow
def test_mlflow_loads_the_keras_model_where_the_package_is_installed(trained, installed):
    connect()
    code = f"import mlflow; print(type(mlflow.keras.load_model({trained.model_uri!r})).__module__)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "MLFLOW_TRACKING_URI": absolute_uri(), "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert result.stdout.splitlines()[-1:] == ["keras_stem.models.orientation_model"], result.stderr
