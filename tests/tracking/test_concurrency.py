"""Several programs that begin to use a new store at once, and one that is killed while it makes one."""

import os
import signal
import subprocess
import sys
import time

import pytest

from keras_stem.tracking.store import connect

BEGIN = """
from keras_stem.tracking.store import connect, experiment
print(experiment(connect()))
"""


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


@pytest.mark.slow
def test_two_trainings_into_a_new_store(kstem, scan_path, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    narrow = ("--arch", "cnn", "--filters", "4", "--widths", "16", "--max-epochs", "1")
    command = [*kstem, "fit", str(scan_path), *narrow]
    pipe = subprocess.PIPE
    programs = [subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) for _ in range(2)]
    said = [program.communicate() for program in programs]
    assert [program.returncode for program in programs] == [0, 0], said
    versions = connect().search_model_versions("name = 'LiNiO2'")
    assert sorted(int(version.version) for version in versions) == [1, 2]
