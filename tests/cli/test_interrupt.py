"""Ctrl-C in the middle of the long commands: one line, status 1, nothing half-written."""

import json
import os
import signal
import subprocess
import time

import pytest

from keras_stem.scan.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import create_scan


@pytest.fixture
def interrupt(kstem):
    """Start a command, send Ctrl-C when a condition holds, and return its stderr."""

    def interrupt(condition, *arguments):
        program = subprocess.Popen(
            [*kstem, *(str(argument) for argument in arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell makes what it starts in the background ignore Ctrl-C, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        deadline = time.time() + 120
        while not condition():
            assert program.poll() is None, program.stderr.read()
            assert time.time() < deadline
            time.sleep(0.02)
        os.killpg(program.pid, signal.SIGINT)
        _, stderr = program.communicate(timeout=60)
        assert program.returncode == 1, stderr
        assert "Traceback" not in stderr
        assert len(stderr.strip().splitlines()) == 1, stderr
        return stderr

    return interrupt


@pytest.mark.parametrize("workers", [1, 2])
def test_simulate(interrupt, tmp_path, workers):
    def writing():
        return any(path.stat().st_size > 1e6 for path in tmp_path.glob(".partial-*"))

    said = interrupt(writing, "simulate", tmp_path / "scan.h5", "--shape", "300", "--workers", workers)
    assert "Interrupted" in said
    assert list(tmp_path.iterdir()) == []


def test_convert(interrupt, tmp_path):
    info = ScanInfo("large", (200, 100), Detector((128, 128), 0.02), (5.0, 5.0), "nm")
    with create_scan(tmp_path / "raw.hspy", info):
        pass  # HDF5 gives zeros for what was never written
    out = tmp_path / "out"
    out.mkdir()
    (out / "scan.h5").write_text("from before")

    def writing():
        return any(path.stat().st_size > 1e6 for path in out.glob(".partial-*"))

    said = interrupt(writing, "convert", tmp_path / "raw.hspy", out / "scan.h5", "--repair")
    assert "Interrupted" in said
    assert [path.name for path in out.iterdir()] == ["scan.h5"]
    assert (out / "scan.h5").read_text() == "from before"


@pytest.mark.slow
def test_fit_and_resume(interrupt, kstem, scan_path, own_store, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    states = tmp_path / "keras_stem" / "interrupted"

    def trained_an_epoch():
        return any(json.loads(path.read_text())["epochs"] for path in states.glob("*/state.json"))

    narrow = ("--arch", "cnn", "--filters", "4", "--widths", "16")
    said = interrupt(trained_an_epoch, "fit", scan_path, *narrow, "--max-epochs", "60", "--stop", "never")
    assert "kstem fit --resume" in said
    result = subprocess.run([*kstem, "fit", "--resume"], capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stderr
    assert "Going on with run" in result.stdout
    assert "60 epochs" in result.stdout
    assert list(states.iterdir()) == []


@pytest.mark.slow
def test_study(interrupt, scan_path, own_store, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    states = tmp_path / "keras_stem" / "interrupted"
    narrow = ("--filters", "4", "--widths", "16", "--max-epochs", "60", "--stop", "never")
    said = interrupt(lambda: any(states.glob("*/epoch-*")), "study", "clamp", scan_path, *narrow)
    assert "kstem study --resume" in said


def test_map(interrupt, scan_path, trained, tmp_path):
    out = tmp_path / "maps"
    said = interrupt(
        lambda: any(out.glob(".partial-*")), "map", scan_path, "--model", trained.model_uri, "--out", out
    )
    assert "Interrupted" in said
    assert not out.exists()
