"""The address of the store, and several programs that begin to use a new one at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keras_stem.tracking.store import connect

BEGIN = """
from keras_stem.tracking.store import connect, experiment
print(experiment(connect()))
"""


@pytest.mark.slow
def test_programs_that_make_a_store_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    programs = [
        subprocess.Popen([sys.executable, "-c", BEGIN], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = {program.communicate()[0].strip() for program in programs}
    assert len(said) == 1 and said.pop().isdigit()
    assert {path.name for path in tmp_path.iterdir()} <= {"mlflow.db", "artifacts"}


def test_a_program_that_is_killed_while_it_makes_a_store(tmp_path, monkeypatch):
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    program = subprocess.Popen([sys.executable, "-c", BEGIN], stdout=subprocess.DEVNULL)
    while not any(path.stat().st_size > 300_000 for path in tmp_path.glob("*.db")) and program.poll() is None:
        time.sleep(0.01)
    os.kill(program.pid, signal.SIGKILL)
    assert program.wait() == -signal.SIGKILL
    assert connect(uri).get_experiment_by_name("keras_stem") is None
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]


@pytest.mark.backend
def test_default_store_is_sqlite_in_mlruns(monkeypatch):
    from keras_stem.tracking.store import absolute_uri, tracking_uri

    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert tracking_uri() == "sqlite:///mlruns/mlflow.db"
    assert absolute_uri() == f"sqlite:///{Path.cwd()}/mlruns/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://tracking.example")
    assert tracking_uri() == "http://tracking.example"
