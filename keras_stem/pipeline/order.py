"""Order in which positions are visited, in blocks that are read together.

The order of an epoch depends only on the seed and the epoch number, so that a resumed training continues with
the same data as an uninterrupted one.
"""

from collections.abc import Iterator

import numpy as np


class Epoch:
    """Base class of objects that depend on the epoch, which the training sets in ``epoch``.

    Attributes
    ----------
    epoch
        Number of the epoch, from 0.
    """

    epoch: int = 0


class Shuffled(Epoch):
    """Chunks in random order, with positions shuffled within a buffer of several chunks.

    Parameters
    ----------
    positions
        Shape (n,), ascending.
    chunks
        Shape (n,), number of the chunk that stores each position.
    buffer
        Number of positions that are shuffled together.
    seed
        Seed that determines the order, together with ``epoch``.
    """

    def __init__(self, positions: np.ndarray, chunks: np.ndarray, buffer: int, seed: int):
        edges = np.flatnonzero(np.diff(chunks)) + 1
        self._chunks = np.split(positions, edges)
        self._size = len(positions)
        self._buffer = buffer
        self._seed = seed

    def __len__(self) -> int:
        return max(1, round(self._size / self._buffer))

    def __iter__(self) -> Iterator[np.ndarray]:
        rng = np.random.default_rng((self._seed, self.epoch))
        order = np.concatenate([self._chunks[i] for i in rng.permutation(len(self._chunks))])
        for block in np.array_split(order, len(self)):
            yield rng.permutation(block)
