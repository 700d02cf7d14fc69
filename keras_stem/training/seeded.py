"""Random numbers of a training that depend on its seed alone."""

import contextlib
import random
from collections.abc import Iterator

import keras
from keras.src.random import seed_generator


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed all random numbers, and let Keras draw its seeds from a generator of its own.

    Keras draws the seeds of initial weights and of dropout from Python's shared generator. Other threads of
    the process draw from it, too (a worker of Dask measures its messages with samples), so that initial
    weights would depend on the moment.

    Parameters
    ----------
    seed
        Seed of the training.
    """
    keras.utils.set_random_seed(seed)
    shared = seed_generator.python_random
    seed_generator.python_random = random.Random(seed)
    try:
        yield
    finally:
        seed_generator.python_random = shared
