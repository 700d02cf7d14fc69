"""Signals between two blocks."""

import signal

import pytest

from keras_stem.inference.blocks import map_blocks
from keras_stem.pipeline.source import ScanSource


@pytest.mark.parametrize("verbose", [False, True])
def test_a_failed_step_leaves_the_handlers_of_signals_as_they_were(scan, positions, verbose):
    def fail(block, patterns):
        raise ValueError("no answer")

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ValueError, match="no answer"):
        map_blocks(fail, ScanSource(scan), positions, verbose=verbose)
    assert signal.getsignal(signal.SIGTERM) is before


def test_ctrl_c_ends_between_two_blocks(scan, positions, small_blocks):
    done = []

    def step(block, patterns):
        if len(done) == 1:
            signal.raise_signal(signal.SIGINT)
        done.append(block)

    with pytest.raises(KeyboardInterrupt):
        map_blocks(step, ScanSource(scan), positions)
    assert len(done) == 2
