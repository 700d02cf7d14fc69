"""Fused batch normalization, with that of Keras as the reference."""

import keras
import numpy as np
import pytest

from keras_stem.networks.densenet.batch_norm import FusedBatchNormalization

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_fused_normalization_is_that_of_keras(precision, rng):
    policy = precision if precision == "float32" else f"mixed_{precision}"
    inputs = rng.normal(2, 3, (16, 8, 8, 5)).astype("float32")
    targets = rng.normal(size=(16, 8, 8, 5)).astype("float32")
    outcomes = []
    for kind in (keras.layers.BatchNormalization, FusedBatchNormalization):
        layer = kind(epsilon=1e-3, dtype=policy)
        model = keras.Sequential([keras.Input((8, 8, 5)), layer])
        layer.gamma.assign([1.0, 2.0, 3.0, 4.0, 5.0])
        model.compile(keras.optimizers.SGD(1.0), "mse")
        model.fit(inputs, targets, batch_size=16, epochs=2, verbose=0)
        weights = [keras.ops.convert_to_numpy(weight) for weight in layer.weights]
        outcomes.append([*weights, model.predict(inputs, verbose=0)])
    tolerance = 1e-4 if precision == "float32" else 5e-2
    for theirs, ours in zip(*outcomes, strict=True):
        np.testing.assert_allclose(ours.astype("float32"), theirs.astype("float32"), atol=tolerance)


def test_frozen_normalization_keeps_its_statistics(rng):
    layer = FusedBatchNormalization()
    model = keras.Sequential([keras.Input((8, 8, 2)), layer])
    layer.trainable = False
    model.compile("sgd", "mse")
    patterns = rng.normal(5, 1, (8, 8, 8, 2)).astype("float32")
    model.fit(patterns, patterns, verbose=0)
    assert keras.ops.convert_to_numpy(layer.moving_mean).tolist() == [0, 0]
