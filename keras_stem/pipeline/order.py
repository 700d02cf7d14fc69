"""The order in which positions are visited: blocks that are read together.

The order of an epoch depends on the seed and the number of the epoch alone, so that a resumed training sees
what it would have seen.
"""

from collections.abc import Iterator

import numpy as np


class InOrder:
    """Positions as they are given, in blocks.

    Parameters
    ----------
    positions
        Shape (n,).
    block
        Number of positions in a block; the last may have fewer.
    """

    def __init__(self, positions: np.ndarray, block: int):
        self._positions = positions
        self._block = block

    def __len__(self) -> int:
        return -(-len(self._positions) // self._block)

    def __iter__(self) -> Iterator[np.ndarray]:
        for first in range(0, len(self._positions), self._block):
            yield self._positions[first : first + self._block]


class Epoch:
    """What has to know which epoch begins; the training sets ``epoch`` before.

    Attributes
    ----------
    epoch
        Number of the epoch, from 0.
    """

    epoch: int = 0


class Shuffled(Epoch):
    """Chunks in random order; positions in random order within a buffer of several chunks.

    Parameters
    ----------
    positions
        Shape (n,), ascending.
    chunks
        Shape (n,), the number of the chunk that stores each position.
    buffer
        Number of positions that are shuffled together.
    seed
        With ``epoch`` it fixes the order.
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
