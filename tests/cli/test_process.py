"""Streams that are closed or full."""

import os
from pathlib import Path

import pytest

from keras_stem.scan.scan import Scan


def test_a_reader_that_wants_no_more(bare, own_scan):
    for command in (("info", own_scan), ("--help",)):
        reading, writing = os.pipe()
        os.close(reading)
        done = bare(*command, stdout=writing)
        os.close(writing)
        assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_that_cannot_be_written(bare, own_scan):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = bare("info", own_scan, stdout=full)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "No space left" in done.stderr


@pytest.mark.slow
def test_no_terminal_at_all(bare, own_scan):
    closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    assert bare("convert", own_scan, "out.h5", prefix=closed).returncode == 0
    with Scan(bare.folder / "out.h5") as scan:
        assert scan.has_labels
    assert bare("info", "absent.h5", prefix=closed).returncode == 1
