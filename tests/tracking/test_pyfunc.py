"""Registered models in plain MLflow, without a word of keras_stem."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.inference.scan_map import predict_map
from keras_stem.tracking.resolve import load_model
from keras_stem.tracking.store import absolute_uri, connect

pytestmark = pytest.mark.backend

COUNT = 20

ANGLES = ["phi1", "Phi", "phi2"]


@pytest.fixture
def patterns(scan) -> np.ndarray:
    return scan.read(np.arange(COUNT))


@pytest.fixture
def expected(trained, scan) -> pd.DataFrame:
    """What ``kstem map`` says of the patterns."""
    predicted = predict_map(load_model(trained.model_uri), scan)
    table = pd.DataFrame(np.rad2deg(predicted.euler), columns=ANGLES)
    for name in ("uncertainty", "reliability"):
        table[name] = predicted.property(name)
    return table.assign(phase="LiNiO2")[:COUNT]


@pytest.fixture
def model(trained, monkeypatch):
    connect()
    monkeypatch.setattr(sys, "path", list(sys.path))  # which MLflow changes
    return mlflow.pyfunc.load_model(trained.model_uri)


def _compare(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, rtol=1e-4, atol=1e-3, check_dtype=False)


@pytest.mark.parametrize("dtype", ["uint16", "int64", "float32", "float64", ">u2"])
def test_patterns_of_every_type_give_what_the_map_has(model, patterns, expected, dtype):
    _compare(model.predict(patterns.astype(dtype)), expected)
    _compare(model.predict({"patterns": patterns.astype(dtype)[..., None]}), expected)


def test_bytes_are_as_good_as_floats_of_the_same_counts(model, patterns):
    few = patterns.clip(0, 255)
    _compare(model.predict(few.astype(np.uint8)), model.predict(few.astype(np.float32)))


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (np.zeros((2, 32, 32)), r"shape \(n, 64, 64\), found an array of \(2, 32, 32\)"),
        (np.zeros((64, 64)), r"found an array of \(64, 64\)"),
        (np.zeros((0, 64, 64)), r"found an array of \(0, 64, 64\)"),
        (np.full((2, 64, 64), np.nan), "NaN or infinity in pattern 0"),
        (np.full((2, 64, 64), "much"), "integer or real patterns"),
        (np.full((2, 64, 64), "much", object), "found other values"),
    ],
)
def test_what_are_no_patterns_is_a_clear_error(model, wrong, found):
    with pytest.raises(KerasStemError, match=found):
        model.predict(wrong)


ALONE = """
import sys
sys.path += {paths}
from importlib.util import find_spec
assert find_spec("keras_stem") is None, "the interpreter is not plain"
import mlflow, numpy
mlflow.set_tracking_uri({store!r})
model = mlflow.pyfunc.load_model({uri!r})
model.predict(numpy.load({patterns!r})).to_json({answer!r}, double_precision=15)
import keras_stem
print(keras_stem.__file__)
"""


@pytest.mark.slow
def test_a_model_predicts_where_the_package_is_not_installed(trained, patterns, expected, tmp_path):
    np.save(tmp_path / "patterns.npy", patterns)
    script = ALONE.format(
        # Without the .pth files that make editable packages importable.
        paths=[path for path in sys.path if path.endswith("-packages")],
        store=absolute_uri(),
        uri=trained.model_uri,
        patterns=str(tmp_path / "patterns.npy"),
        answer=str(tmp_path / "answer.json"),
    )
    result = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True)
    if "the interpreter is not plain" in result.stderr:
        pytest.skip("keras_stem is not installed as editable")
    assert result.returncode == 0, result.stderr
    assert "artifacts/code/keras_stem" in result.stdout
    _compare(pd.read_json(tmp_path / "answer.json"), expected)


@pytest.fixture
def server(trained):
    """``mlflow models serve`` on loopback; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = [
        str(Path(path, *[".."] * 3, "bin").resolve()) for path in sys.path if path.endswith("-packages")
    ]
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": absolute_uri(),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), *folders, os.environ["PATH"]]),
    }
    arguments = ("--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    program = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "models", "serve", "-m", trained.model_uri, *arguments],
        env=environment,
        start_new_session=True,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/ping", program)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(program.pid, signal.SIGTERM)
        program.wait(30)


def _wait_for(address: str, program: subprocess.Popen) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert program.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.5)


@pytest.mark.slow
def test_mlflow_serves_a_model(server, patterns, expected):
    body = json.dumps({"inputs": patterns[:2].tolist()}).encode()
    request = urllib.request.Request(
        f"{server}/invocations", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found = pd.DataFrame(json.load(answer)["predictions"])
    _compare(found, expected[:2])
