"""Blocks of patterns, each read once in the background while the previous one is processed."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from keras_stem.inference.interrupt import HeedInterrupt
from keras_stem.inference.progress import blocks_progress
from keras_stem.pipeline.source import PatternSource

Result = TypeVar("Result")

BATCH, SMALL_BATCH = 128, 256
"""Batch sizes of the prediction: for large patterns, and for patterns of up to 64 x 64 pixels, which are
faster in larger batches."""

LARGEST_BLOCK = 512
"""Largest number of patterns per block."""

_BYTES = 64 << 20
"""Approximate memory per block (bytes); blocks of large patterns contain fewer patterns."""


def batch_size(shape: tuple[int, int]) -> int:
    """Return the batch size of the prediction for patterns of a shape in pixels."""
    return SMALL_BATCH if math.prod(shape) <= 64 * 64 else BATCH


def map_blocks(
    step: Callable[[slice, np.ndarray], Result],
    source: PatternSource,
    positions: np.ndarray,
    what: str = "Mapping",
    verbose: bool = False,
) -> list[Result]:
    """Read patterns in blocks, each once, and return the result of a step for each block.

    The next block is read while the step works on the current one. Signals that terminate the program, such
    as SIGINT of Ctrl-C, take effect between two blocks.

    Parameters
    ----------
    step
        Function of the slice of ``positions`` that a block covers, and of its patterns, shape (m, H, W).
    source
        Source from which the patterns are read.
    positions
        Positions in the source, ascending, shape (n,) with n of at least 1.
    what
        Label of the progress bar.
    verbose
        Whether to show progress.
    """
    size = block_size(source)
    blocks = [slice(first, first + size) for first in range(0, len(positions), size)]
    interrupt, results = HeedInterrupt(), []
    with (
        ThreadPoolExecutor(1) as reader,
        blocks_progress(what, len(positions), verbose) as advance,
        interrupt.watching(),
    ):
        following = reader.submit(source.read, positions[blocks[0]])
        for number, block in enumerate(blocks):
            patterns = following.result()
            if number + 1 < len(blocks):
                following = reader.submit(source.read, positions[blocks[number + 1]])
            results.append(step(block, patterns))
            advance(len(patterns))
            interrupt.heed()
    return results


def block_size(source: PatternSource) -> int:
    """Return the number of patterns per block."""
    batch = batch_size(source.shape)
    fitting = _BYTES // (math.prod(source.shape) * source.dtype.itemsize)
    return max(batch, min(LARGEST_BLOCK, fitting // batch * batch))
