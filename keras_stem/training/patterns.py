"""Sources of training patterns: a labelled scan, or an unlimited stream of simulations."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import tensorflow as tf
from orix.quaternion import Rotation

from keras_stem.heads.head import Head
from keras_stem.pipeline.augmentation import Augmentation, augment
from keras_stem.pipeline.dataset import shuffled_patterns, streamed_patterns
from keras_stem.pipeline.order import Epoch
from keras_stem.pipeline.source import PatternSource
from keras_stem.simulate.stream import PatternStream


class TrainingPatterns(Protocol):
    """Protocol of the sources of training patterns."""

    @property
    def count(self) -> int:
        """Number of patterns per epoch."""
        ...

    def batches(self, batch_size: int, head: Head) -> tuple[tf.data.Dataset, Epoch]:
        """Return batches of counts and encoded orientations, and the order that needs the epoch number."""
        ...


@dataclass(frozen=True)
class LabelledPatterns:
    """Patterns with known orientations.

    Parameters
    ----------
    source
        Source from which the patterns are read.
    positions
        Positions in the source, ascending, shape (n,).
    rotations
        Orientations at these positions, shape (n,).
    """

    source: PatternSource
    positions: np.ndarray
    rotations: Rotation


@dataclass(frozen=True)
class ScanPatterns:
    """Labelled patterns, shuffled in each epoch and optionally augmented.

    Parameters
    ----------
    labelled
        Labelled patterns.
    augmentation
        Augmentation of the patterns; None disables it.
    seed
        Seed of the order and of the augmentation.
    """

    labelled: LabelledPatterns
    augmentation: Augmentation | None
    seed: int

    @property
    def count(self) -> int:
        """Number of patterns per epoch."""
        return len(self.labelled.positions)

    def batches(self, batch_size: int, head: Head) -> tuple[tf.data.Dataset, Epoch]:
        """Return batches of counts and encoded orientations, and the order that needs the epoch number."""
        source, positions = self.labelled.source, self.labelled.positions
        rotations = self.labelled.rotations
        if self.augmentation is None:
            targets = head.encode(rotations.to_matrix())
            return shuffled_patterns(source, positions, targets, batch_size, self.seed)

        def change(epoch: int, number: int, patterns: np.ndarray, matrices: np.ndarray):
            rng = np.random.default_rng((self.seed, epoch, number))
            counts, turned = augment(patterns, matrices.reshape(-1, 3, 3), self.augmentation, rng)
            return counts, head.encode(turned).astype(np.float32)

        matrices = rotations.to_matrix().reshape(-1, 9)
        return shuffled_patterns(source, positions, matrices, batch_size, self.seed, change)


@dataclass(frozen=True)
class SimulatedPatterns:
    """Patterns that are simulated during the training; none is seen twice.

    Parameters
    ----------
    stream
        Stream of simulated patterns.
    count
        Number of patterns per epoch.
    """

    stream: PatternStream
    count: int

    def batches(self, batch_size: int, head: Head) -> tuple[tf.data.Dataset, Epoch]:
        """Return batches of counts and encoded orientations, and the order that needs the epoch number."""

        def simulate(number: int) -> tuple[np.ndarray, np.ndarray]:
            counts, matrices = self.stream.batch(number, batch_size)
            return counts, head.encode(matrices).astype(np.float32)

        return streamed_patterns(simulate, self.stream.shape, -(-self.count // batch_size))
