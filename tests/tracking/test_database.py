"""Stores that were moved or copied, and those that can only be read."""

import contextlib
import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.tracking.registry import registered_models
from keras_stem.tracking.resolve import load_model
from keras_stem.tracking.run import tracked_run
from keras_stem.tracking.run_store import run_store
from keras_stem.tracking.store import connect
from keras_stem.training.state import RunState
from keras_stem.workflow.fit import resume

COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def _recorded(store: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(store / "mlflow.db")) as connection:
        rows = [
            row for table, column in COLUMNS for row in connection.execute(f"SELECT {column} FROM {table}")
        ]
    return [uri for (uri,) in rows if uri and uri.startswith("file:")]


def _contents(folder: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def copied(trained, own_folders, tmp_path, monkeypatch) -> Path:
    """A copy of the store of the shared training, in the folder of a project, which is the current one."""
    project = tmp_path / "mine, 50 % done"
    shutil.copytree(own_folders / "mlruns", project / "mlruns")
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    monkeypatch.chdir(project)
    yield project / "mlruns"
    connect()  # leaves the modules of MLflow at a store that is there
    monkeypatch.undo()
    connect()


@pytest.mark.parametrize("moved", [False, True])
def test_a_store_works_where_its_folder_is_now(
    copied, moved, own_folders, trained, run, tmp_path, monkeypatch, capsys
):
    other = own_folders / "mlruns"
    if moved:
        connect()
        other = copied
        copied = tmp_path / "γ" / "mlruns"
        shutil.move(other, copied)
        monkeypatch.chdir(copied.parent)
    before = _contents(other)
    capsys.readouterr()
    assert trained.model_uri in run("models")
    assert load_model(trained.model_uri).card.arch == "cnn"
    run("report", trained.run_id, "--out", tmp_path / "page.html")
    assert (tmp_path / "page" / "test_parity.png").is_file()
    with run_store() as store, tracked_run(store, "next") as following:
        mlflow.log_text("text", "note.txt")
    assert list(copied.glob(f"artifacts/{following.run_id}/artifacts/note.txt"))
    assert all(uri.startswith((copied / "artifacts").as_uri()) for uri in _recorded(copied))
    assert _contents(other) == before
    assert other.exists() != moved


def test_that_a_store_was_moved_is_told_once(copied, capsys):
    connect()
    told = capsys.readouterr().err
    assert told == f"The tracking store was moved; its records now refer to {copied}.\n"
    connect()
    assert not capsys.readouterr().err


def test_records_stay_where_the_artifacts_did_not_come_along(copied, own_folders):
    before = _recorded(copied)
    shutil.rmtree(copied / "artifacts")
    connect()
    assert _recorded(copied) == before
    (copied / "artifacts").symlink_to(own_folders / "mlruns" / "artifacts")
    connect()
    assert _recorded(copied) == before


def test_an_interrupted_run_goes_on_in_the_store_that_was_moved(copied, scan_path, narrow_recipe, tmp_path):
    gone = tmp_path / "gone"
    state = RunState("0" * 32, str(scan_path), narrow_recipe.to_dict(), f"sqlite:///{gone}/mlflow.db")
    with pytest.raises(KerasStemError, match=f"Found no run 0+ in sqlite:///{copied}/mlflow.db"):
        resume(state)
    assert not gone.exists()


def _read_only(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.fixture
def locked(copied, monkeypatch):
    """The copy as a colleague's, which this process may not write to, even as root."""
    allowed = os.access

    def access(path, mode):
        return not (mode == os.W_OK and Path(path).resolve().is_relative_to(copied)) and allowed(path, mode)

    _read_only(copied)
    monkeypatch.setattr(os, "access", access)
    yield copied
    for path in (copied, *copied.rglob("*")):
        path.chmod(0o755)


def test_a_store_that_can_only_be_read_serves_its_models(locked, trained, run, scan_path, tmp_path):
    before = _contents(locked)
    assert trained.model_uri in run("models")
    assert registered_models(connect())[0].metrics
    run("evaluate", scan_path)
    run("report", trained.run_id, "--out", tmp_path / "page.html")
    assert (tmp_path / "page" / "test_parity.png").is_file()
    assert _contents(locked) == before


def test_no_training_begins_that_could_not_be_written(locked):
    with pytest.raises(KerasStemError, match=r"Cannot write to the store .*set MLFLOW_TRACKING_URI"):
        connect(writing=True)


def _heed_permissions() -> None:
    """Take from root what lets it write to files that are read-only."""
    drop_from_bounding_set, override = 24, 1  # PR_CAPBSET_DROP and CAP_DAC_OVERRIDE of Linux
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(drop_from_bounding_set, override, 0, 0, 0)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="root would write all the same")
def test_the_program_reads_a_store_without_the_permission_to_write(
    copied, trained, scan_path, tmp_path, kstem
):
    before = _contents(copied)
    _read_only(copied)
    environment = {**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{copied}/mlflow.db"}
    try:
        told = ""
        for command in (["models"], ["map", scan_path, "--out", tmp_path / "map"]):
            result = subprocess.run(
                [*kstem, *map(str, command)],
                env=environment,
                preexec_fn=_heed_permissions,
                capture_output=True,
                text=True,
            )
            assert result.returncode == 0, result.stderr
            told += result.stdout
    finally:
        for path in (copied, *copied.rglob("*")):
            path.chmod(0o755)
    assert told.count(trained.model_uri) == 2
    assert (tmp_path / "map" / "map.h5").is_file()
    assert _contents(copied) == before
