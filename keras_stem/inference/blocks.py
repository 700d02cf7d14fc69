"""Blocks of patterns, each read once, while the one before is worked on."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from keras_stem.inference.interrupt import HeedInterrupt
from keras_stem.inference.progress import blocks_progress
from keras_stem.pipeline.source import PatternSource

BATCH, SMALL_BATCH = 128, 256
"""Patterns that are predicted at once; those of up to 64 x 64 pixels cost less each in a larger batch."""

LARGEST_BLOCK = 512
"""Patterns that are worked on together."""

_BYTES = 64 << 20
"""Blocks of large patterns are smaller, so that they take about so much memory."""


def batch_size(shape: tuple[int, int]) -> int:
    """Return the number of patterns, of a shape in pixels, that are predicted at once."""
    return SMALL_BATCH if math.prod(shape) <= 64 * 64 else BATCH


def read_blocks(
    source: PatternSource, positions: np.ndarray, what: str = "Mapping", verbose: bool = False
) -> Iterator[tuple[slice, np.ndarray]]:
    """Read patterns in blocks.

    Signals that end the program, such as that of Ctrl-C, take effect between two blocks.

    Parameters
    ----------
    source
        Where to read.
    positions
        Shape (n,), ascending.
    what
        Name of the work, for the progress bar.
    verbose
        Whether to show progress.

    Yields
    ------
    block : slice
        Where the positions of the block stand in ``positions``.
    patterns : numpy.ndarray
        Shape (m, H, W).
    """
    size = _block_size(source)
    blocks = [slice(first, first + size) for first in range(0, len(positions), size)]
    interrupt = HeedInterrupt()
    with (
        ThreadPoolExecutor(1) as reader,
        blocks_progress(what, len(positions), verbose) as advance,
        interrupt.watching(),
    ):
        following = reader.submit(source.read, positions[blocks[0]]) if blocks else None
        for number, block in enumerate(blocks):
            patterns = following.result()
            if number + 1 < len(blocks):
                following = reader.submit(source.read, positions[blocks[number + 1]])
            yield block, patterns
            advance(len(patterns))
            interrupt.heed()


def _block_size(source: PatternSource) -> int:
    batch = batch_size(source.shape)
    fitting = _BYTES // (math.prod(source.shape) * source.dtype.itemsize)
    return max(batch, min(LARGEST_BLOCK, fitting // batch * batch))
