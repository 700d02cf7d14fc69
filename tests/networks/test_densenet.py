import keras
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.densenet.batch_norm import FusedBatchNormalization
from keras_stem.networks.densenet.options import DenseNetConfig

pytestmark = pytest.mark.backend


def test_densenet_121_has_7_million_parameters():
    # keras.applications.DenseNet121 without its top, with one channel instead of three; and the head.
    assert build_model("densenet", (128, 128, 1), 3).count_params() == 7_037_504 - 2 * 7 * 7 * 64 + 3 * 1025


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


def test_what_does_not_fit_is_a_clear_error():
    with pytest.raises(KerasStemError, match="at least 32 x 32"):
        build_model("densenet", (16, 16, 1), 3)
    with pytest.raises(KerasStemError, match="four positive"):
        DenseNetConfig(blocks=(1, 2))
