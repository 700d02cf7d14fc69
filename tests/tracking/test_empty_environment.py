"""A registered model in an environment that holds nothing but what it lists."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from keras_stem.inference.predictions import predict
from keras_stem.pipeline.source import ScanSource
from keras_stem.tracking.resolve import load_model
from keras_stem.tracking.store import absolute_uri, connect

COUNT = 4
PREDICT = """
import sys, mlflow, numpy
store, uri, patterns, answer = sys.argv[1:]
mlflow.set_tracking_uri(store)
found = mlflow.pyfunc.load_model(uri).predict(numpy.load(patterns))
found.to_json(answer, double_precision=15)
"""


def _run(*arguments: str) -> str:
    result = subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
@pytest.mark.timeout(1800)  # it downloads TensorFlow and much else
def test_a_model_predicts_with_nothing_but_its_requirements(trained, scan, tmp_path):
    import mlflow

    connect()
    requirements = mlflow.artifacts.download_artifacts(f"{trained.model_uri}/requirements.txt")
    _run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", "-r", requirements)
    np.save(tmp_path / "patterns.npy", scan.read(np.arange(COUNT)))
    files = tmp_path / "patterns.npy", tmp_path / "answer.json"
    _run(python, "-I", "-c", PREDICT, absolute_uri(), trained.model_uri, *files)
    found = pd.read_json(tmp_path / "answer.json")
    expected = predict(load_model(trained.model_uri), ScanSource(scan), np.arange(COUNT)).euler
    np.testing.assert_allclose(found[["phi1", "Phi", "phi2"]], np.rad2deg(expected), atol=1e-3)
    assert (found["phase"] == "LiNiO2").all()
