"""Patterns read from a scan, from memory and from an array."""

import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.pipeline.source import ArraySource, MemorySource, ScanSource


@pytest.mark.backend
def test_memory_keeps_integers(scan, positions):
    source = MemorySource(ScanSource(scan, 2), positions)
    assert source.dtype == np.uint32
    assert source.read(positions[:3]).dtype == np.uint32


@pytest.mark.parametrize("step", [64, 3])
def test_binned_patterns_come_in_the_order_that_is_asked_for(scan, step, monkeypatch):
    monkeypatch.setattr("keras_stem.pipeline.source.STEP", step)
    source = ScanSource(scan, 4)
    positions = np.array([40, 7, 300, 8, 7])
    read = source.read(positions)
    blocks = scan.read(positions).astype(np.int64).reshape(5, 16, 4, 16, 4)
    np.testing.assert_array_equal(read, blocks.sum(axis=(2, 4)))
    assert source.shape == read.shape[1:] == (16, 16)
    assert source.dtype == read.dtype == np.uint32


def test_memory_has_the_patterns_of_its_source(scan, positions):
    source = ScanSource(scan)
    memory = MemorySource(source, positions)
    chosen = positions[[5, 0, -1]]
    np.testing.assert_array_equal(memory.read(chosen), scan.read(chosen))
    np.testing.assert_array_equal(memory.chunk_of(chosen), scan.chunk_of(chosen))
    assert (memory.shape, memory.chunk) == (source.shape, source.chunk)


def test_an_array_is_a_source(rng):
    patterns = rng.integers(0, 9, (200, 6, 8))
    source = ArraySource(patterns)
    np.testing.assert_array_equal(source.read(np.array([150, 3])), patterns[[150, 3]])
    assert source.chunk_of(np.array([0, 63, 64, 199])).tolist() == [0, 0, 1, 3]
    assert source.shape == (6, 8)


def test_the_error_of_a_failed_read_is_raised_itself(scan, monkeypatch):
    def broken(positions):
        raise KerasStemError("The disk is gone.")

    source = ScanSource(scan)
    with pytest.raises(ValueError, match="mine"), source.plain_errors():
        raise ValueError("mine")
    monkeypatch.setattr(scan, "read", broken)
    with pytest.raises(KerasStemError, match="The disk is gone"), source.plain_errors():
        try:
            source.read(np.array([0]))
        except KerasStemError:
            raise RuntimeError("as the executor of TensorFlow wraps it") from None
