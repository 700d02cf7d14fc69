"""Several programs that begin to use a new store at once, and one that is killed while it makes one."""

import subprocess

import pytest

from keras_stem.tracking.store import connect


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
