"""Positions of the tiny scan, in small blocks."""

import numpy as np
import pytest


@pytest.fixture
def positions(scan):
    return np.arange(3, len(scan), 2)


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of 32 patterns."""
    monkeypatch.setattr("keras_stem.inference.blocks.block_size", lambda source: 32)
