"""Files that another program has open."""

import subprocess
import sys
import threading

import h5py
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.indexing.settings import Matching
from keras_stem.io.export import write_map
from keras_stem.io.map_files import read_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.workflow.convert import Conversion, convert
from keras_stem.workflow.match import label_scan

HOLD = """
import h5py, sys
with h5py.File(sys.argv[1], sys.argv[2]):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def hold(monkeypatch):
    """Let another program hold a file open; return how to close it."""
    monkeypatch.setattr("keras_stem.io.hdf5.PATIENCE", 0.0)
    started = []

    def hold(path, mode):
        command = [sys.executable, "-c", HOLD, path, mode]
        program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert program.stdout.readline() == "open\n"
        started.append(program)
        return program.communicate

    yield hold
    for program in started:
        if program.poll() is None:
            program.communicate()


def test_a_scan_that_is_being_written(hold, own_scan, tmp_path):
    hold(own_scan, "r+")
    for read in (Scan, read_map, lambda path: convert(path, tmp_path / "out.h5", Conversion())):
        with pytest.raises(KerasStemError, match="in use by another program"):
            read(own_scan)


def test_a_map_in_place_of_a_file_that_is_being_written(hold, scan, own_scan):
    hold(own_scan, "r+")
    with pytest.raises(KerasStemError, match="in use by another program"):
        write_map(own_scan, scan.labels, {})


def test_labels_for_a_scan_that_is_being_read(hold, own_scan, scan):
    hold(own_scan, "r")
    before = own_scan.read_bytes()
    with pytest.raises(KerasStemError, match="in use by another program"):
        append_labels(own_scan, scan.labels)
    assert own_scan.read_bytes() == before


def test_a_short_use_is_waited_for(hold, own_scan, monkeypatch):
    close = hold(own_scan, "r+")
    monkeypatch.setattr("keras_stem.io.hdf5.PATIENCE", 60.0)
    timer = threading.Timer(0.5, close)
    timer.start()
    with Scan(own_scan) as scan:
        assert scan.has_labels
    timer.join()  # before the fixture closes what is still open


def test_a_matching_is_kept_until_its_labels_are_written(hold, own_scan, scan, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    close, settings = hold(own_scan, "r"), Matching(resolution=10.0)
    with pytest.raises(KerasStemError, match="in use by another program"):
        label_scan(own_scan, [scan.phase], settings)
    close()

    def match_again(*_):
        raise AssertionError("the patterns are matched again")

    monkeypatch.setattr("keras_stem.workflow.match_blocks.Matcher", match_again)
    label_scan(own_scan, [scan.phase], settings)
    with h5py.File(own_scan) as file:
        assert "template matching" in file["crystal_map"].attrs["method"]
    assert not list((tmp_path / "state").rglob("*.npz"))
