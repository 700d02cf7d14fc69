"""tf.data pipelines that stream patterns, the same on every Keras backend."""

from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf

from keras_stem.pipeline.order import InOrder, Shuffled
from keras_stem.pipeline.source import PatternSource

BUFFER_BYTES = 64 << 20
"""Patterns that are shuffled together take about so much memory, three times over."""

READ_BYTES = 4 << 20
"""Patterns that are read together when they are visited in order."""

if keras.backend.backend() != "tensorflow":
    # The accelerator belongs to the backend; TensorFlow only feeds it.
    tf.config.set_visible_devices([], "GPU")


def shuffled_patterns(
    source: PatternSource, positions: np.ndarray, targets: np.ndarray, batch_size: int, seed: int
) -> tuple[tf.data.Dataset, Shuffled]:
    """Return batches for training, in an order that is new in each epoch.

    Parameters
    ----------
    source
        Where to read.
    positions
        Shape (n,), ascending.
    targets
        Shape (n, d), of these positions.
    batch_size
        Number of patterns in a batch; the last of an epoch may be smaller.
    seed
        Fixes the order of all epochs.

    Returns
    -------
    tf.data.Dataset
        Of pairs of counts (B, H, W, 1) and targets (B, d), float32.
    Shuffled
        The order; set its ``epoch`` before an epoch begins.
    """
    chunks = source.chunk_of(positions)
    order = Shuffled(positions, chunks, _fitting(source, BUFFER_BYTES), seed)
    return _stream(source, order, positions, targets, batch_size), order


def ordered_patterns(source: PatternSource, positions: np.ndarray, batch_size: int) -> tf.data.Dataset:
    """Return batches of counts (B, H, W, 1), float32, in the order of the positions, shape (n,)."""
    block = max(1, _fitting(source, READ_BYTES) // source.chunk) * source.chunk
    # Without targets, the batches are what Keras's predict expects.
    return _stream(source, InOrder(positions, block), positions, None, batch_size)


def _fitting(source: PatternSource, memory: int) -> int:
    """Return the number of patterns that fit into some bytes of memory."""
    return max(1, memory // (source.dtype.itemsize * int(np.prod(source.shape))))


def _stream(
    source: PatternSource,
    order: Iterable[np.ndarray],
    positions: np.ndarray,
    targets: np.ndarray | None,
    batch_size: int,
) -> tf.data.Dataset:
    """Blocks of positions become blocks of patterns, which are cut into batches."""

    def read(block):
        patterns = tf.numpy_function(source.read, [block], source.dtype, stateful=False)
        patterns = tf.ensure_shape(patterns, (None, *source.shape))
        if targets is None:
            return patterns
        return patterns, tf.gather(targets_tensor, tf.searchsorted(positions, block))

    def to_floats(patterns, *rest):
        counts = tf.cast(patterns[..., tf.newaxis], tf.float32)
        return (counts, *rest) if rest else counts

    targets_tensor = None if targets is None else tf.constant(targets, tf.float32)
    blocks = tf.data.Dataset.from_generator(
        lambda: iter(order), output_signature=tf.TensorSpec((None,), tf.int64)
    )
    batches = (
        blocks.map(read, num_parallel_calls=2, deterministic=True)
        .rebatch(batch_size)
        .map(to_floats, num_parallel_calls=2, deterministic=True)
    )
    count = -(-len(positions) // batch_size)
    return batches.apply(tf.data.experimental.assert_cardinality(count)).prefetch(2)
