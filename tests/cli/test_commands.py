"""The commands as a person uses them, one after the other."""

import re
import subprocess

import pytest

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("own_store")]

NARROW = ("--arch", "cnn", "--filters", "4", "--widths", "16", "--score-every", "1")

NARROW_POLAR = ("--radii", "8", "--azimuths", "24", "--channels", "8", "--dilations", "1,3")


def test_fit_evaluate_map_models(run, scan_path, tmp_path):
    told = run("fit", scan_path, *NARROW, "--max-epochs", "2", "--seed", "1")
    assert re.search(r"^Few patterns to train on: of 320 positions .*--min-[qr]", told, re.MULTILINE)
    assert re.search(r"^Training 1/2 epochs loss \S+  R2 \S+  \S+ deg 0:0", told, re.MULTILINE)  # no terminal
    assert "DS_Test" in told
    assert "2 epochs" in told
    told = run("evaluate", scan_path)
    assert "truth" in told
    told = run("map", scan_path, "--arch", "cnn", "--out", tmp_path / "maps", "--all")
    assert "320 of 320 points count: all with a phase, whatever their Q" in told
    assert "models:/LiNiO2/" in told
    assert "not accurate enough" in told
    assert (tmp_path / "maps" / "ipf_z.png").exists()
    told = run("models")
    assert "models:/LiNiO2/" in told
    assert "champion" in told


@pytest.mark.slow
def test_fit_on_a_simulation_then_map_and_evaluate_a_scan(run, scan_path, tmp_path, monkeypatch):
    monkeypatch.setattr("keras_stem.training.data.SCORED_PATTERNS", 200)
    simulated = ("--simulate", "linio2", "--like", scan_path, "--patterns", "200")
    told = run("fit", *simulated, *NARROW_POLAR, "--max-epochs", "1")
    assert "DS_Test" in told
    assert "DS_Q" not in told
    [uri] = re.findall(r"Registered as (models:/LiNiO2/\d+)", told)
    told = run("map", scan_path, "--model", uri, "--refine", "--consensus", "--out", tmp_path / "maps")
    assert f"by {uri}" in told
    assert "of the positions with explained patterns are ambiguous" in told
    assert re.search(r"\d+ grains are ambiguous", run("grains", tmp_path / "maps" / "map.h5", "--all"))
    assert {"ipf_z.png", "confidence.png"} <= {path.name for path in (tmp_path / "maps").iterdir()}
    told = run("evaluate", scan_path, "--model", uri, "--thorough", "--consensus")
    for part in ("truth", "clear", "modulo 180°", "R² nearest", "Coverage 95 %", "risk-coverage"):
        assert part in told
    tuned = run("fit", scan_path, "--weights", uri, *NARROW_POLAR, "--max-epochs", "1")
    assert re.search(r"Weights from models:/LiNiO2/\d+: \d+ loaded", tuned)


def test_wrong_usage_has_status_2(run, kstem, scan_path):
    for arguments in (
        ["fit", "--arch", "resnet"],
        ["map", str(scan_path), "--consensus"],
        ["evaluate", str(scan_path), "--consensus"],
        ["fit", "--filters", "a,b"],
        ["simulate", "x.h5", "--shape", "twelve"],
        ["fit", str(scan_path), "--resume"],
        ["fit", "--like", str(scan_path)],
        ["fit", str(scan_path), "--patterns", "100"],
        ["fit", "--recipe", "mine"],
    ):
        assert "Error" in run(*arguments, status=2)
    result = subprocess.run([*kstem, "nonsense"], capture_output=True, text=True)
    assert result.returncode == 2
    assert "Error" in result.stderr
