"""The commands as a person uses them, one after the other."""

import re
import subprocess

import pytest

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("own_store")]

NARROW = ("--arch", "cnn", "--filters", "4", "--widths", "16", "--score-every", "1")
NARROW_POLAR = ("--radii", "8", "--azimuths", "24", "--channels", "8", "--dilations", "1,3")


def test_simulate_then_info(run, tmp_path):
    path = tmp_path / "scan.h5"
    run(
        "simulate",
        path,
        "--shape",
        "12x10",
        "--grains",
        "3",
        "--seed",
        "5",
        "--drift",
        "1",
        "--hot-pixels",
        "1",
    )
    told = run("info", path)
    for part in (
        "12 x 10",
        "step 5 nm",
        "64 x 64",
        "0.05 1/Å",
        "300 kV",
        "LiNiO2",
        "-3m",
        "DS_R",
        "precession",
    ):
        assert part in told


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
def test_fit_without_a_scan_takes_the_demonstration(run, monkeypatch, simulation):
    monkeypatch.setattr("keras_stem.simulate.demonstration.DEMONSTRATION", simulation)
    for _ in range(2):
        told = run("fit", *NARROW, "--max-epochs", "1")
        assert "demonstration" in told


@pytest.mark.slow
def test_fit_on_a_simulation_then_map_and_evaluate_a_scan(run, scan_path, tmp_path, monkeypatch):
    monkeypatch.setattr("keras_stem.training.data.SCORED_PATTERNS", 200)
    simulated = ("--simulate", "linio2", "--like", scan_path, "--patterns", "200")
    told = run("fit", *simulated, *NARROW_POLAR, "--max-epochs", "1")
    assert "DS_Test" in told
    assert "DS_Q" not in told
    [uri] = re.findall(r"Registered as (models:/LiNiO2/\d+)", told)
    told = run("map", scan_path, "--model", uri, "--refine", "--out", tmp_path / "maps")
    assert f"by {uri}" in told
    assert {"ipf_z.png", "confidence.png"} <= {path.name for path in (tmp_path / "maps").iterdir()}
    told = run("evaluate", scan_path, "--model", uri, "--thorough")
    for part in ("truth", "clear", "modulo 180°", "R² nearest", "Coverage 95 %", "risk-coverage"):
        assert part in told
    tuned = run("fit", scan_path, "--weights", uri, *NARROW_POLAR, "--max-epochs", "1")
    assert re.search(r"Weights from models:/LiNiO2/\d+: \d+ loaded", tuned)


def test_fit_on_a_simulation_of_ones_own_crystal(run, copper_cif, monkeypatch):
    monkeypatch.setattr("keras_stem.training.data.SCORED_PATTERNS", 100)
    crystal = ("--simulate", copper_cif, "--space-group", "225", "--patterns", "100")
    told = run("fit", *crystal, *NARROW, "--max-epochs", "1", "--stop", "under-5>0.5")
    assert "models:/Cu/" in told


@pytest.mark.slow
def test_quickstart(run, monkeypatch, simulation, tmp_path):
    monkeypatch.setattr("keras_stem.simulate.demonstration.DEMONSTRATION", simulation)
    told = run("quickstart", "--out", tmp_path / "quick", "--max-epochs", "1")
    assert "kstem ui" in told
    for name in ("scan.h5", "ipf_z.png", "comparison.png", "map.h5", "map.ang"):
        assert (tmp_path / "quick" / name).exists()


def test_wrong_usage_has_status_2(run, kstem, scan_path):
    for arguments in (
        ["fit", "--arch", "resnet"],
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
