"""Commands whose work is done by a cluster."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from cluster_processes import started

from keras_stem.block_store import BlockStore
from keras_stem.cluster.blocks import LOST
from keras_stem.cluster.connection import connected
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Simulation, simulate_scan

COARSE = ("--resolution", "6", "--refine", "2")


@pytest.fixture(scope="module")
def address():
    with connected(workers=2) as client:
        yield client.scheduler.address


@pytest.mark.slow
def test_labels_are_those_without_workers(run, own_scan, address, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run("label", "match", own_scan, *COARSE)
    with Scan(own_scan) as scan:
        alone = scan.labels
    told = run("label", "match", own_scan, *COARSE, "--dask", address)
    assert "320/320" in told
    assert "Dashboard: http://" in told
    with Scan(own_scan) as scan:
        # Sums of one thread and of several are rounded differently.
        np.testing.assert_allclose(scan.labels.rotations.data, alone.rotations.data, atol=1e-9)


@pytest.mark.slow
def test_patterns_are_converted_and_read_by_workers(run, own_scan, address, tmp_path):
    told = run("convert", own_scan, tmp_path / "out.zspy", "--binning", "2", "--dask", address)
    assert "320/320" in told and "Wrote" in told
    run("convert", own_scan, tmp_path / "out.h5", "--binning", "2")
    with Scan(tmp_path / "out.zspy") as found, Scan(tmp_path / "out.h5") as alone:
        np.testing.assert_array_equal(found.patterns[:], alone.patterns[:])
    run("virtual", tmp_path / "out.zspy", "--dask", address)
    assert (tmp_path / "out.zspy-virtual" / "bright_field.png").exists()


def test_no_scheduler_is_told_in_one_line(fails, own_scan, monkeypatch):
    monkeypatch.setattr("keras_stem.cluster.connection.SECONDS", 1)
    line = fails("label", "match", own_scan, *COARSE, "--dask", "tcp://127.0.0.1:9")
    assert "Expected a running Dask scheduler, found none at tcp://127.0.0.1:9." in line


def test_both_options_are_wrong_usage(run, own_scan):
    both = ("--dask", "tcp://127.0.0.1:9", "--workers", "2")
    assert "exclude each other" in run("virtual", own_scan, *both, status=2)


def test_an_empty_address_is_wrong_usage(run, own_scan):
    assert "found an empty one" in run("virtual", own_scan, "--dask", "", status=2)


@pytest.mark.slow
def test_ctrl_c_with_workers_is_one_line(kstem, scan_path, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    program = subprocess.Popen(
        [*kstem, "label", "match", str(scan_path), "--resolution", "1", "--workers", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert program.stderr.readline().startswith("Dashboard: ")
    time.sleep(5)
    os.killpg(program.pid, signal.SIGINT)
    _, stderr = program.communicate(timeout=60)
    assert program.returncode == 1
    assert stderr.strip() == "kstem: Interrupted; nothing was left half-written."


@pytest.fixture
def processes(tmp_path):
    with started(tmp_path, 2) as found:
        yield found


@pytest.fixture
def begin(kstem, processes):
    """Return a function that starts a command on the cluster, and waits until some blocks are done."""

    def begin(*arguments):
        command = [*kstem, *map(str, arguments), "--dask", processes.address]
        program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.time() + 120
        while len(_kept()) < 2:
            assert program.poll() is None, program.stderr.read()
            assert time.time() < deadline
            time.sleep(0.02)
        return program

    return begin


def _kept():
    return list(Path(os.environ["XDG_STATE_HOME"]).rglob("*.npz"))


@pytest.fixture
def large_scan(tmp_path, monkeypatch):
    """A scan of many blocks."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "large.h5"
    simulate_scan(path, Simulation(polycrystal=Polycrystal(shape=(64, 100), grains=5), seed=3))
    return path


MATCH = ("label", "match", "--resolution", "4", "--refine", "4")


@pytest.mark.slow
def test_a_worker_that_is_killed(begin, run, processes, large_scan, tmp_path):
    again = Path(shutil.copy(large_scan, tmp_path / "again.h5"))
    program = begin(*MATCH, large_scan)
    processes.workers[0].kill()
    _, stderr = program.communicate(timeout=240)
    assert program.returncode == 0, stderr
    run(*MATCH, again)
    with Scan(large_scan) as found, Scan(again) as alone:
        for name in ("Q", "R", "uncertainty"):
            np.testing.assert_allclose(found.labels.prop[name], alone.labels.prop[name], atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["scheduler", "client"])
def test_what_is_done_is_kept_if_one_is_killed(begin, run, processes, large_scan, monkeypatch, who):
    program = begin(*MATCH, large_scan)
    (processes.scheduler if who == "scheduler" else program).kill()
    _, stderr = program.communicate(timeout=240)
    if who == "scheduler":
        assert program.returncode == 1
        assert stderr.strip().splitlines()[-1] == f"kstem: {LOST}"
        assert len(stderr.strip().splitlines()) == 2  # the other is the address of the dashboard
    done, repeated = {path.stem for path in _kept()}, []
    assert len(done) >= 2
    keep = BlockStore.keep

    def noted(store, number, arrays):
        repeated.append(number)
        keep(store, number, arrays)

    monkeypatch.setattr(BlockStore, "keep", noted)
    assert "6400/6400" in run(*MATCH, large_scan)
    assert {f"{number:06d}" for number in repeated} == {f"{number:06d}" for number in range(13)} - done
