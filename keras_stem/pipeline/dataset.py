"""tf.data pipelines that stream patterns, identical for every Keras backend."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from keras_stem.pipeline.order import Epoch, Shuffled
from keras_stem.pipeline.source import PatternSource

BUFFER_BYTES = 32 << 20
"""Size of the shuffle buffer (bytes); about three times as much memory is used."""

if keras.backend.backend() != "tensorflow":
    # The accelerator is used by the backend; TensorFlow only loads data.
    tf.config.set_visible_devices([], "GPU")


Change = Callable[[int, int, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Function from epoch and batch number, patterns (B, H, W) and targets (B, d) to new ones, float32."""


def shuffled_patterns(
    source: PatternSource,
    positions: np.ndarray,
    targets: np.ndarray,
    batch_size: int,
    seed: int,
    change: Change | None = None,
) -> tuple[tf.data.Dataset, Epoch]:
    """Return training batches in an order that is reshuffled in each epoch.

    Parameters
    ----------
    source
        Source of the patterns.
    positions
        Shape (n,), ascending.
    targets
        Shape (n, d), targets of these positions.
    batch_size
        Number of patterns per batch; the last batch of an epoch may be smaller.
    seed
        Seed that determines the order of all epochs.
    change
        Function applied to each batch in separate threads; None for no change.

    Returns
    -------
    tf.data.Dataset
        Dataset of pairs of counts (B, H, W, 1) and targets (B, d), float32.
    Epoch
        Object whose ``epoch`` must be set before each epoch.
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
        pairs = _changed(pairs, count, change, order, source.shape)
    return _floats(pairs, count), order


def streamed_patterns(
    make: Callable[[int], tuple[np.ndarray, np.ndarray]], shape: tuple[int, int], count: int
) -> tuple[tf.data.Dataset, Epoch]:
    """Return batches that are generated on demand.

    Parameters
    ----------
    make
        Function from the batch number to patterns (B, H, W) and targets (B, d), float32; it is called from
        several threads.
    shape
        Shape (H, W) of a pattern.
    count
        Number of batches per epoch.

    Returns
    -------
    tf.data.Dataset
        Dataset of pairs of counts (B, H, W, 1) and targets (B, d), float32.
    Epoch
        Object whose ``epoch`` must be set before each epoch.
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
    """Return batches whose targets, (B, d + 1), end with the training progress from 0 to 1.

    Losses that depend on the training progress read it from the targets, because in JAX a value set by a
    callback has no effect before the end of the epoch.
    """
    count = int(batches.cardinality())

    def done(number: np.ndarray) -> np.ndarray:
        return np.float32((following.epoch + number / count) / epochs)

    def append(number, pair):
        counts, targets = pair
        share = tf.ensure_shape(tf.numpy_function(done, [number], tf.float32), ())
        return counts, tf.pad(targets, [[0, 0], [0, 1]], constant_values=share)

    return tf.data.Dataset.zip(tf.data.Dataset.range(count), batches).map(append)


def _changed(
    pairs: tf.data.Dataset, count: int, change: Change, order: Epoch, shape: tuple[int, int]
) -> tf.data.Dataset:
    """Return the batches of patterns (B, H, W) and targets (B, d) after a change in separate threads."""

    def changed(number, patterns, targets):
        return change(order.epoch, int(number), patterns, targets)

    def apply(number, pair):
        return _both(changed, (number, *pair), shape)

    numbered = tf.data.Dataset.zip(tf.data.Dataset.range(count), pairs)
    return numbered.map(apply, num_parallel_calls=2, deterministic=True)


def _both(function: Callable, arguments: tuple, shape: tuple[int, int]) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the result of a NumPy function: patterns (B, H, W) and targets (B, d)."""
    patterns, targets = tf.numpy_function(function, arguments, (tf.float32, tf.float32))
    return tf.ensure_shape(patterns, (None, *shape)), tf.ensure_shape(targets, (None, None))


def _fitting(source: PatternSource, memory: int) -> int:
    """Return the number of patterns that fit into the given memory (bytes)."""
    return max(1, memory // (source.dtype.itemsize * int(np.prod(source.shape))))


def _blocks(order: Shuffled) -> tf.data.Dataset:
    """Return a dataset of the blocks of positions of an order.

    ``from_generator`` is avoided because its operation sets a limit in the allocator of the C library for the
    whole process (a workaround for Python 3.11 in TensorFlow), after which torch requests the memory of every
    tensor from the system and trains at half its speed.
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
    """Return a dataset of known cardinality with counts as floats, (B, H, W, 1)."""

    def convert(patterns, targets):
        return tf.cast(patterns[..., tf.newaxis], tf.float32), targets

    floats = batches.map(convert, num_parallel_calls=2, deterministic=True)
    floats = floats.apply(tf.data.experimental.assert_cardinality(count)).prefetch(2)
    options = tf.data.Options()
    # No parameter is tuned, and the end of an epoch would wait up to 4 s for the autotuning thread.
    options.autotune.enabled = False
    return floats.with_options(options)
