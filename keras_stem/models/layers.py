"""Preprocessing layers between the counts and the network."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_stem")
class LogScale(keras.layers.Layer):
    """Layer that maps counts (B, H, W, 1) to log(1 + counts); negative values are clipped to zero."""

    def call(self, counts) -> keras.KerasTensor:  # noqa: D102
        return ops.log1p(ops.maximum(counts, 0.0))


@keras.saving.register_keras_serializable(package="keras_stem")
class UnitScale(keras.layers.Layer):
    """Layer that scales each pattern (B, H, W, 1) linearly to [0, 1]; a constant pattern becomes 0."""

    def call(self, patterns) -> keras.KerasTensor:  # noqa: D102
        axes = (1, 2, 3)
        low = ops.min(patterns, axis=axes, keepdims=True)
        high = ops.max(patterns, axis=axes, keepdims=True)
        return (patterns - low) / ops.maximum(high - low, 1e-6)
