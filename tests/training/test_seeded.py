import random

import keras
import numpy as np
import pytest

from keras_stem.training.seeded import seeded

pytestmark = pytest.mark.backend


def weights(between=lambda: None):
    """Return the initial weights of two layers, between which something else happens."""
    layers = []
    for _ in range(2):
        layers.append(keras.layers.Dense(3))
        layers[-1].build((None, 4))
        between()
    return [layer.get_weights()[0] for layer in layers]


def test_weights_do_not_depend_on_who_else_draws_random_numbers():
    keras.utils.set_random_seed(5)
    expected = weights()
    for draw in (lambda: None, random.random):
        with seeded(5):
            np.testing.assert_array_equal(weights(draw), expected)
    with seeded(6):
        assert not np.allclose(weights(), expected)


def test_afterwards_keras_draws_from_the_shared_generator():
    with pytest.raises(ZeroDivisionError), seeded(5):
        1 / 0  # noqa: B018
    random.seed(7)
    first = weights()
    random.seed(7)
    np.testing.assert_array_equal(weights(), first)
