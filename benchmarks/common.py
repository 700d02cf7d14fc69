"""Scans and models for the benchmarks, and how ratios are printed."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.writing import create_scan

PIXELS = 128


@contextmanager
def made_scan(shape: tuple[int, int]) -> Iterator[Path]:
    """Yield a scan of 128 x 128 pixels with labels, filled with counts that have the spread of real ones."""
    rng = np.random.default_rng(0)
    info = ScanInfo("benchmark", shape, Detector((PIXELS, PIXELS), 0.025), (5.0, 5.0), "nm")
    row = rng.poisson(rng.gamma(0.5, 10, (shape[1], PIXELS, PIXELS))).astype(np.uint16)
    quality = {"Q": np.full(info.size, 50.0), "R": np.full(info.size, 50.0)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scan.h5")
        with create_scan(path, info) as writer:
            writer.write_labels(
                crystal_map(random_rotations(info.size, rng), linio2(), shape, 5.0, "nm", quality)
            )
            for first in range(shape[0]):
                writer.write_rows(first, np.roll(row, first, axis=0)[None])
        yield path


def compare(
    name: str, ours: Callable[[], object], peer: Callable[[], object], goal: float, runs: int
) -> None:
    """Time two functions in turn and print the peer's time over ours, the median of the pairs."""
    ratios = []
    for _ in range(runs + 1):
        pair = []
        for function in (ours, peer):
            start = time.perf_counter()
            function()
            pair.append(time.perf_counter() - start)
        ratios.append(pair[1] / pair[0])
    ratios = ratios[1:]  # the first pair warms up
    print(
        f"{name}: {statistics.median(ratios):.2f} of the peer's speed "
        f"(goal {goal}; {runs} pairs from {min(ratios):.2f} to {max(ratios):.2f}; "
        f"last {pair[0]:.2f} s against {pair[1]:.2f} s)",
        flush=True,
    )
