"""File of the spots that a script computes for given orientations, in two processes."""

import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import numpy as np

FAINTEST = 1e-5
"""Intensity of the faintest spot kept, as a fraction of the strongest."""


def write_spots(patterns: Callable[[np.ndarray, dict], list[tuple[np.ndarray, float]]]) -> None:
    """Write the spots of the orientations of the given file, both of which are named on the command line.

    Parameters
    ----------
    patterns
        Function of orientations and all given arrays that returns x, y and intensity of the spots, shape
        (k, 3), and the intensity of the direct beam, for each orientation.
    """
    given = dict(np.load(sys.argv[1]))
    start = time.perf_counter()
    parts = np.array_split(given["matrices"], 2)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        halves = list(pool.map(patterns, parts, [given] * 2))
    made = [(_visible(spots), direct) for half in halves for spots, direct in half]
    np.savez(
        sys.argv[2],
        spots=np.concatenate([spots for spots, _ in made]),
        counts=[len(spots) for spots, _ in made],
        direct=[direct for _, direct in made],
        seconds=time.perf_counter() - start,
    )


def _visible(spots: np.ndarray) -> np.ndarray:
    return spots[spots[:, 2] > FAINTEST * spots[:, 2].max(initial=0)]
