"""Ctrl-C, SIGTERM and a closed terminal in the middle of long commands: one line, nothing half-written."""

import json
import os
import pty
import signal
import subprocess
import time

import numpy as np
import pytest

from keras_stem.instrument.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.writing import create_scan
from keras_stem.tracking.store import connect, experiment
from keras_stem.training.state import last_interrupted


@pytest.fixture
def interrupt(kstem):
    """Start a command, send Ctrl-C or another signal when a condition holds, and return its stderr."""

    def interrupt(condition, *arguments, number=signal.SIGINT):
        program = subprocess.Popen(
            [*kstem, *(str(argument) for argument in arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell makes what it starts in the background ignore Ctrl-C, and children inherit that.
            preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
        )
        deadline = time.time() + 120
        while not condition():
            assert program.poll() is None, program.stderr.read()
            assert time.time() < deadline
            time.sleep(0.02)
        os.killpg(program.pid, number)
        _, stderr = program.communicate(timeout=60)
        assert program.returncode == (1 if number == signal.SIGINT else 128 + number), stderr
        assert "Traceback" not in stderr
        assert len(stderr.strip().splitlines()) == 1, stderr
        return stderr

    return interrupt


@pytest.mark.parametrize(
    ("workers", "number"),
    [
        (1, signal.SIGINT),
        (2, signal.SIGTERM),
        pytest.param(1, signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(1, signal.SIGHUP, marks=pytest.mark.slow),
        pytest.param(2, signal.SIGINT, marks=pytest.mark.slow),
        pytest.param(2, signal.SIGHUP, marks=pytest.mark.slow),
    ],
)
def test_simulate(interrupt, tmp_path, workers, number):
    command = ("simulate", tmp_path / "scan.h5", "--shape", "300", "--workers", workers)
    said = interrupt(lambda: _writes_to(tmp_path), *command, number=number)
    assert "Interrupted" in said
    assert list(tmp_path.iterdir()) == []


def test_convert(interrupt, tmp_path):
    info = ScanInfo("large", (200, 100), Detector((128, 128), 0.02), (5.0, 5.0), "nm")
    with create_scan(tmp_path / "raw.hspy", info) as writer:
        # HDF5 gives zeros for the rows that are never written.
        writer.write_rows(0, np.zeros((1, 100, 128, 128), np.uint16))
    out = tmp_path / "out"
    out.mkdir()
    (out / "scan.h5").write_text("from before")

    command = ("convert", tmp_path / "raw.hspy", out / "scan.h5", "--repair")
    said = interrupt(lambda: _writes_to(out), *command)
    assert "Interrupted" in said
    assert [path.name for path in out.iterdir()] == ["scan.h5"]
    assert (out / "scan.h5").read_text() == "from before"


def _writes_to(folder):
    """Whether a temporary file has content; one that only tests for disk space may vanish at any moment."""
    try:
        return any(path.stat().st_size > 1e6 for path in folder.glob(".partial-*"))
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_fit_and_resume(interrupt, kstem, scan_path, own_store, tmp_path, monkeypatch, number):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    states = tmp_path / "keras_stem" / "interrupted"

    def trained_an_epoch():
        return any(json.loads(path.read_text())["epochs"] for path in states.glob("*/state.json"))

    narrow = ("--arch", "cnn", "--filters", "4", "--widths", "16")
    command = ("fit", scan_path, *narrow, "--max-epochs", "60", "--stop", "never")
    assert "kstem fit --resume" in interrupt(trained_an_epoch, *command, number=number)
    assert _last_run().status == "KILLED"
    result = subprocess.run([*kstem, "fit", "--resume"], capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stderr
    assert "Resuming run" in result.stdout
    assert "60 epochs" in result.stdout
    assert _last_run().status == "FINISHED"
    assert list(states.iterdir()) == []


def _last_run():
    client = connect()
    return client.search_runs([experiment(client)], max_results=1)[0].info


@pytest.mark.slow
def test_a_terminal_that_is_closed(kstem, scan_path, own_store, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    program, terminal = pty.fork()
    if not program:
        narrow = (
            "--arch",
            "cnn",
            "--filters",
            "4",
            "--widths",
            "16",
            "--max-epochs",
            "60",
            "--stop",
            "never",
        )
        os.execv(kstem[0], [*kstem, "fit", str(scan_path), *narrow])
    shown = b""
    while b"2/60 epochs" not in shown:
        shown += os.read(terminal, 4096)
    os.close(terminal)
    _, status = os.waitpid(program, 0)
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGHUP
    assert _last_run().status == "KILLED"
    assert last_interrupted().epochs


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
