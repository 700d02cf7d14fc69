import shutil
import subprocess

import numpy as np
import pytest

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.export import write_map
from keras_stem.io.map_grid import crystal_map


@pytest.fixture
def fails(kstem, tmp_path):
    """Run a command that must fail, and return the line that it printed."""

    def fails(*arguments):
        before = set(tmp_path.rglob("*"))
        result = subprocess.run([*kstem, "report", *map(str, arguments)], capture_output=True, text=True)
        assert result.returncode == 1
        (line,) = result.stderr.strip().splitlines()
        assert line.startswith("kstem: ")
        assert set(tmp_path.rglob("*")) == before
        return line

    return fails


@pytest.mark.slow
def test_a_map_of_another_program(run, tmp_path, rng):
    made = crystal_map(random_rotations(12, rng), linio2(), (3, 4), 0.5, "um", {"Q": np.arange(12.0)})
    write_map(tmp_path / "other.ctf", made, {})
    output = run("report", tmp_path / "other.ctf", "--frame", "oxford", "--min-q", 3, "--direction", "x")
    assert "names no scan" in output
    html = (tmp_path / "other.ctf-report.html").read_text(encoding="utf-8")
    assert "Below the smallest Q" in html
    assert (tmp_path / "other.ctf-report" / "ipf_x.svg").exists()


def test_maps_that_differ_by_their_suffix_have_pages_of_their_own(run, tmp_path, rng, monkeypatch):
    monkeypatch.setattr("keras_stem.report.pictures.MAP_FIGURES", ())
    made = crystal_map(random_rotations(12, rng), linio2(), (3, 4), 0.5, "um", {})
    write_map(tmp_path / "a.h5", made, {})
    shutil.copy(tmp_path / "a.h5", tmp_path / "a.hdf5")
    for name in ("a.h5", "a.hdf5"):
        told = run("report", tmp_path / name)
        page = {"a.h5": "a-report", "a.hdf5": "a.hdf5-report"}[name]
        assert f"its figures to {tmp_path / page}." in told
        assert f"{name}, 3 × 4 points" in (tmp_path / f"{page}.html").read_text(encoding="utf-8")


def test_a_scan_with_labels(run, own_scan, scan, trained, monkeypatch):
    monkeypatch.setattr("keras_stem.report.pictures.MAP_FIGURES", ())
    run("report", own_scan)
    html = own_scan.with_name("own-report.html").read_text(encoding="utf-8")
    assert '"patterns": {' in html
    run("report", trained.run_id, "--out", own_scan.with_name("run.html"))
    for shown in (html, own_scan.with_name("run.html").read_text(encoding="utf-8"), run("info", own_scan)):
        assert scan.fingerprint in shown  # a scan is known by one fingerprint everywhere
    assert "label_phi1" not in html.split("explorer-data")[1].split("</script>")[0]


@pytest.mark.parametrize("kind", ["prefix", "version", "alias"])
def test_a_training(run, trained, tmp_path, kind):
    reference = {
        "prefix": trained.run_id[:6],
        "version": trained.model_uri,
        "alias": "models:/LiNiO2@champion",
    }[kind]
    run("report", reference, "--out", tmp_path / "training.html")
    html = (tmp_path / "training.html").read_text(encoding="utf-8")
    for expected in (trained.run_id, "batch_size", trained.model_uri, f"{trained.scores['test'].median:.2f}"):
        assert expected in html
    names = {path.name for path in (tmp_path / "training").iterdir()}
    assert names == {"curves.png", "curves.svg", "test_parity.png", "test_parity.svg"}


@pytest.mark.slow
def test_a_training_that_goes_on(run, own_store, tmp_path):
    from keras_stem.tracking.store import connect, experiment

    client = connect()
    tags = {"arch": "cnn", "mlflow.runName": "<half>"}
    begun = client.create_run(experiment(client), tags=tags)
    for epoch in (1, 2):
        client.log_metric(begun.info.run_id, "loss", 1 / epoch, step=epoch)
    assert "is RUNNING" in run("report", begun.info.run_id, "--out", tmp_path / "half.html")
    html = (tmp_path / "half.html").read_text(encoding="utf-8")
    assert "Training: &lt;half&gt;" in html
    assert [path.name for path in sorted((tmp_path / "half").iterdir())] == ["curves.png", "curves.svg"]


def test_what_is_neither_a_map_nor_a_run(run, tmp_path, trained):
    assert "found no file 'absent.h5'" in run("report", "absent.h5", status=1)
    assert "no run begins with 012345" in run("report", "012345", status=1)
    assert "Found no models:/nothing/1" in run("report", "models:/nothing/1", status=1)
    assert "Expected the file of a map with --min-q" in run("report", trained.run_id, "--min-q", 5, status=1)
    assert "ends in .html" in run("report", trained.run_id, "--out", tmp_path / "page.txt", status=1)


def test_a_truncated_file(fails, scan_path, tmp_path):
    cut = tmp_path / "cut.h5"
    cut.write_bytes(scan_path.read_bytes()[: scan_path.stat().st_size // 2])
    assert "cannot read" in fails(cut)


def test_a_line_has_no_grains(run, tmp_path, rng):
    line = crystal_map(random_rotations(9, rng), linio2(), (1, 9), 1.0, "nm", {})
    write_map(tmp_path / "line.h5", line, {})
    assert "found 1 x 9" in run("report", tmp_path / "line.h5", status=1)
    assert [path.name for path in tmp_path.iterdir()] == ["line.h5"]
