"""Studies as a person runs them: in full, killed and resumed, and compared."""

import csv
import os
import re
import signal
import subprocess
import time

import pytest

from keras_stem.networks.build import build_model
from keras_stem.networks.densenet.options import DenseNetConfig
from keras_stem.networks.swin.options import SwinConfig

pytestmark = pytest.mark.usefixtures("store")

NARROW = (
    *("--filters", "4", "--widths", "16", "--blocks", "1,1,1,1"),
    *("--embed-dim", "12", "--depths", "1,1", "--heads", "1,2"),
    *("--max-epochs", "2", "--score-every", "1", "--stop", "never"),
)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def scores(told: str) -> list[str]:
    """Return the lines of the first table, without the rules."""
    return [" ".join(line.split()) for line in told.splitlines() if re.search(r"DS_(Val|Test|Q) +\d", line)]


@pytest.mark.slow
@pytest.mark.backend
def test_architectures(run, scan_path, tmp_path):
    told = run("study", "architectures", scan_path, *NARROW)
    assert "Cell 3 of 3, Swin" in told
    assert len(scores(told)) == 9
    files = ("--csv", tmp_path / "a.csv", "--curves", tmp_path / "a.png")
    again = run("compare", "architectures", "--markdown", *files)
    assert again.count("| DenseNet |") == 4
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["arch"] for row in rows] == ["cnn", "densenet", "swin"]
    for row in rows:
        assert float(row["epochs"]) == 2
        assert float(row["final_test_median"]) > 0
        for name in ("parameters", "training_seconds", "training_patterns_per_s"):
            assert float(row[name]) > 0
    assert len(scores(run("compare"))) == 9


@pytest.mark.slow
def test_variants_from_weights_at_hand(run, scan_path, tmp_path):
    pretrained = []
    for config in (DenseNetConfig((1, 1, 1, 1)), SwinConfig(embed_dim=12, depths=(1, 1), heads=(1, 2))):
        path = tmp_path / f"{config.arch}.keras"
        build_model(config, (64, 64, 3), 3).save(path)
        pretrained += ["--pretrained", f"{config.arch}={path}"]
    told = run("study", "variants", scan_path, *pretrained, *NARROW, "--max-epochs", "1")
    assert len(re.findall(r"Weights from .*: \d+ loaded, 1 summed", told)) == 3
    assert len(scores(told)) == 18


@pytest.mark.slow
def test_a_cell_that_fails_leaves_the_others(run, scan_path, tmp_path):
    (tmp_path / "two.toml").write_text(
        "[base]\narch = 'cnn'\n[[cells]]\nname = 'lost'\nweights = 'absent.keras'\n[[cells]]\nname = 'good'\n"
    )
    told = run("study", tmp_path / "two.toml", scan_path, *NARROW, status=1)
    assert "lost failed" in told
    assert [line.split()[0] for line in scores(told)] == ["good", "DS_Test", "DS_Q"]
    told = run("study", "--resume", status=1)
    assert "good: finished before" in told
    assert "lost failed" in told


@pytest.mark.slow
@pytest.mark.backend
def test_a_killed_study_resumes_to_the_same_table(run, kstem, scan_path, tmp_path, monkeypatch):
    (tmp_path / "three.toml").write_text("[base]\narch = 'cnn'\n[grid]\nseed = [1, 2, 3]\n")
    arguments = ("study", tmp_path / "three.toml", scan_path, *NARROW, "--max-epochs", "4")
    undisturbed = scores(run(*arguments))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/other.db")
    states = tmp_path / "state" / "keras_stem" / "interrupted"
    with (tmp_path / "killed.txt").open("w") as output:
        program = subprocess.Popen(
            [*kstem, *(str(argument) for argument in arguments)], stdout=output, start_new_session=True
        )
        deadline = time.time() + 200
        # In the second cell, after its first epoch.
        while "Cell 2 of 3" not in (tmp_path / "killed.txt").read_text() or not any(
            states.glob("*/epoch-*.weights.h5")
        ):
            assert program.poll() is None
            assert time.time() < deadline
            time.sleep(0.01)
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
    told = run("study", "--resume")
    assert "Cell 1 of 3, seed 1: finished before" in told
    assert len(undisturbed) == 9
    assert scores(told) == undisturbed
    assert "no unfinished study" in run("study", "--resume", status=1)


@pytest.mark.slow
def test_what_is_missing_is_trained_and_the_rest_taken_over(run, scan_path, tmp_path):
    (tmp_path / "two.toml").write_text("[base]\narch = 'cnn'\n[grid]\nseed = [1, 2]\n")
    (tmp_path / "three.toml").write_text("[base]\narch = 'cnn'\n[grid]\nseed = [2, 3, 1]\n")
    run("study", tmp_path / "two.toml", scan_path, *NARROW)
    arguments = ("study", tmp_path / "three.toml", scan_path, *NARROW, "--missing")
    planned = run(*arguments, "--dry-run")
    assert [line.split()[2] for line in planned.splitlines() if line.split()[:1] == ["seed"]] == [
        "finished",
        "new",
        "finished",
    ]
    assert re.search(r"At most 0 h 0[12] min", planned)
    told = run(*arguments)
    assert "Cell 1 of 3, seed 2: finished before" in told
    assert "Cell 2 of 3, seed 3\n" in told
    assert [line.split()[1] for line in scores(told) if line.startswith("seed")] == ["2", "3", "1"]
    assert scores(run("compare", "three", "--chart", tmp_path / "three.png")) == scores(told)
    assert (tmp_path / "three.png").read_bytes()[:4] == b"\x89PNG"
    changed = run(*arguments, "--learning-rate", "0.01", "--dry-run")
    assert "finished" not in changed


def test_a_dry_run_trains_nothing(run, scan_path):
    told = run("study", "clamp", scan_path, *NARROW, "--max-epochs", "7200", "--dry-run")
    assert re.findall(r"new +(\d+)", told) == ["7200", "7200"]
    assert "At most" in told
    assert "no finished trainings" in run("compare")


def test_a_dry_run_of_a_resumed_study_is_refused(run):
    assert "Expected --resume alone" in run("study", "--resume", "--dry-run", status=2)
