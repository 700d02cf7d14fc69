"""A disk that is full: one line, nothing half-written, what was there before untouched."""

import signal
import subprocess

import h5py
import numpy as np
import pytest

from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.workflow.mapping import map_scan

resource = pytest.importorskip("resource")


@pytest.fixture
def fails(kstem, tmp_path):
    """Run a command that may write files of some bytes only; return the line that it printed."""

    def fails(size, *arguments):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        before = _content(tmp_path)
        command = [*kstem, *(str(argument) for argument in arguments)]
        done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert _content(tmp_path) == before
        return done.stderr

    return fails


def _content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def map_path(trained, scan_path, tmp_path_factory):
    from keras_stem.tracking.resolve import load_model

    folder = tmp_path_factory.mktemp("maps")
    with Scan(scan_path) as scan:
        map_scan(load_model(trained.model_uri), scan, folder)
    return folder / "map.h5"


def test_simulate(fails, tmp_path):
    assert "File too large" in fails(3_000_000, "simulate", tmp_path / "scan.h5", "--shape", "30")


# Patterns alone need 2.6 MB: the disk fills up before them, and, without space taken first, at their end.
@pytest.mark.parametrize("size", [100_000, 2_610_000])
def test_convert(fails, scan_path, tmp_path, size):
    (tmp_path / "scan.h5").write_text("from before")
    assert "File too large" in fails(size, "convert", scan_path, tmp_path / "scan.h5")


@pytest.mark.parametrize(
    "name", ["map.h5", *(pytest.param(name, marks=pytest.mark.slow) for name in ("map.ang", "map.ctf"))]
)
def test_export(fails, map_path, tmp_path, name):
    (tmp_path / name).write_text("from before")
    assert "File too large" in fails(20_000, "export", map_path, tmp_path / name)


@pytest.mark.slow
def test_report(fails, map_path, tmp_path):
    (tmp_path / "page.html").write_text("from before")
    assert "File too large" in fails(30_000, "report", map_path, "--out", tmp_path / "page.html")


@pytest.mark.slow
def test_map(fails, scan_path, trained, tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "map.h5").write_text("from before")
    said = fails(60_000, "map", scan_path, "--model", trained.model_uri, "--out", tmp_path / "maps")
    assert "File too large" in said


def test_labels(fails, own_scan, map_path):
    size = own_scan.stat().st_size + 10_000
    assert "File too large" in fails(size, "label", "import", own_scan, map_path, "--frame", "orix")


def test_space_that_was_taken_is_given_back(own_scan):
    size = own_scan.stat().st_size
    with Scan(own_scan) as scan:
        labels, patterns = scan.labels, scan.patterns[:]
    append_labels(own_scan, labels)
    with h5py.File(own_scan) as file, Scan(own_scan) as scan:
        assert own_scan.stat().st_size < size + 200_000
        assert file["crystal_map"].attrs.get("method") is None
        np.testing.assert_array_equal(scan.patterns[:], patterns)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "said"), [(400_000, "tracking store"), (2_000_000, "weights.h5")])
def test_fit(fails, scan_path, tmp_path_factory, monkeypatch, size, said):
    """An empty store needs 1 MB, these weights and their optimizer 3 MB."""
    other = tmp_path_factory.mktemp("other")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{other}/mlflow.db")
    monkeypatch.setenv("XDG_STATE_HOME", str(other))
    narrow = ("--arch", "cnn", "--filters", "4", "--widths", "64", "--max-epochs", "1")
    assert said in fails(size, "fit", scan_path, *narrow)
    assert not list(other.rglob(".partial-*"))
