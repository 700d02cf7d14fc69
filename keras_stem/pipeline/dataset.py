"""tf.data pipelines that stream patterns, the same on every Keras backend."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from keras_stem.pipeline.order import Epoch, InOrder, Shuffled
from keras_stem.pipeline.source import PatternSource

BUFFER_BYTES = 32 << 20
"""Patterns that are shuffled together take about so much memory, three times over."""

if keras.backend.backend() != "tensorflow":
    # The accelerator belongs to the backend; TensorFlow only feeds it.
    tf.config.set_visible_devices([], "GPU")


Change = Callable[[int, int, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""From the numbers of epoch and batch, patterns (B, H, W) and targets (B, d) to new ones, float32."""


def shuffled_patterns(
    source: PatternSource,
    positions: np.ndarray,
    targets: np.ndarray,
    batch_size: int,
    seed: int,
    change: Change | None = None,
) -> tuple[tf.data.Dataset, Epoch]:
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
    change
        What is done to each batch, in threads of its own; None for nothing.

    Returns
    -------
    tf.data.Dataset
        Of pairs of counts (B, H, W, 1) and targets (B, d), float32.
    Epoch
        Its ``epoch`` has to be set before an epoch begins.
    """
    chunks = source.chunk_of(positions)
    order = Shuffled(positions, chunks, _fitting(source, BUFFER_BYTES), seed)
    read = _reader(source)
    targets_tensor = tf.constant(targets, tf.float32)

    def read_both(block):
        return read(block), tf.gather(targets_tensor, tf.searchsorted(positions, block))

    pairs = _blocks(order).map(read_both, num_parallel_calls=2, deterministic=True).rebatch(batch_size)
    count = -(-len(positions) // batch_size)
    if change is not None:

        def changed(number, patterns, targets):
            return change(order.epoch, int(number), patterns, targets)

        def apply(number, pair):
            return _both(changed, (number, *pair), source.shape)

        pairs = tf.data.Dataset.zip(tf.data.Dataset.range(count), pairs)
        pairs = pairs.map(apply, num_parallel_calls=2, deterministic=True)
    return _floats(pairs, count), order


def streamed_patterns(
    make: Callable[[int], tuple[np.ndarray, np.ndarray]], shape: tuple[int, int], count: int
) -> tuple[tf.data.Dataset, Epoch]:
    """Return batches that are made when they are needed.

    Parameters
    ----------
    make
        From the number of a batch to patterns (B, H, W) and targets (B, d), float32; called by several
        threads.
    shape
        (H, W).
    count
        Number of batches in an epoch.

    Returns
    -------
    tf.data.Dataset
        Of pairs of counts (B, H, W, 1) and targets (B, d), float32.
    Epoch
        Its ``epoch`` has to be set before an epoch begins.
    """
    following = Epoch()

    def made(number):
        counts, targets = make(following.epoch * count + int(number))
        return counts.astype(np.float32), targets

    pairs = tf.data.Dataset.range(count).map(
        lambda number: _both(made, (number,), shape), num_parallel_calls=2, deterministic=True
    )
    return _floats(pairs, count), following


def with_progress(batches: tf.data.Dataset, following: Epoch, epochs: int) -> tf.data.Dataset:
    """Return batches whose targets, (B, d + 1), end with the share of the training that is done, from 0 to 1.

    Losses that change with the training take it from there: what a callback sets is not seen by JAX before
    the epoch ends.
    """
    count = int(batches.cardinality())

    def done(number: np.ndarray) -> np.ndarray:
        return np.float32((following.epoch + number / count) / epochs)

    def append(number, pair):
        counts, targets = pair
        share = tf.ensure_shape(tf.numpy_function(done, [number], tf.float32), ())
        return counts, tf.pad(targets, [[0, 0], [0, 1]], constant_values=share)

    return tf.data.Dataset.zip(tf.data.Dataset.range(count), batches).map(append)


def _both(function: Callable, arguments: tuple, shape: tuple[int, int]) -> tuple[tf.Tensor, tf.Tensor]:
    """Return what a function of arrays gives: patterns (B, H, W) and targets (B, d)."""
    patterns, targets = tf.numpy_function(function, arguments, (tf.float32, tf.float32))
    return tf.ensure_shape(patterns, (None, *shape)), tf.ensure_shape(targets, (None, None))


def _fitting(source: PatternSource, memory: int) -> int:
    """Return the number of patterns that fit into some bytes of memory."""
    return max(1, memory // (source.dtype.itemsize * int(np.prod(source.shape))))


def ordered_patterns(source: PatternSource, positions: np.ndarray, batch_size: int) -> tf.data.Dataset:
    """Return batches of counts (B, H, W, 1), float32, in the order of the positions, shape (n,)."""
    blocks = _blocks(InOrder(positions, batch_size))
    patterns = blocks.map(_reader(source), num_parallel_calls=2, deterministic=True)
    return _floats(patterns, -(-len(positions) // batch_size))


def _blocks(order: InOrder | Shuffled) -> tf.data.Dataset:
    """Return the blocks of positions of an order.

    Not with ``from_generator``: its operation sets a limit in the C library's allocator for the whole process
    (a remedy for Python 3.11 in TensorFlow), after which torch asks the system anew for the memory of every
    tensor and trains at half its speed.
    """
    epoch: list[np.ndarray] = []

    def block(number: np.ndarray) -> np.ndarray:
        if number == 0:
            epoch[:] = order
        return epoch[number]

    def positions(number):
        return tf.ensure_shape(tf.numpy_function(block, [number], tf.int64), (None,))

    return tf.data.Dataset.range(len(order)).map(positions)


def _reader(source: PatternSource) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function from positions (n,) to patterns (n, H, W)."""

    def read(block):
        patterns = tf.numpy_function(source.read, [block], source.dtype, stateful=False)
        return tf.ensure_shape(patterns, (None, *source.shape))

    return read


def _floats(batches: tf.data.Dataset, count: int) -> tf.data.Dataset:
    """Return the given number of batches with their counts as floats, (B, H, W, 1)."""

    def convert(patterns, *rest):
        counts = tf.cast(patterns[..., tf.newaxis], tf.float32)
        return (counts, *rest) if rest else counts

    floats = batches.map(convert, num_parallel_calls=2, deterministic=True)
    floats = floats.apply(tf.data.experimental.assert_cardinality(count)).prefetch(2)
    options = tf.data.Options()
    # Nothing is left to tune, and the end of an epoch would wait for the tuner's thread, up to 4 s.
    options.autotune.enabled = False
    return floats.with_options(options)
