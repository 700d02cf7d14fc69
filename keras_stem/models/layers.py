"""Layers between counts and network, and between network and orientation."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_stem")
class LogScale(keras.layers.Layer):
    """Counts (B, H, W, 1) to the logarithm of 1 + counts; noise below zero counts as zero."""

    def call(self, counts):  # noqa: D102
        return ops.log1p(ops.maximum(counts, 0.0))


@keras.saving.register_keras_serializable(package="keras_stem")
class UnitScale(keras.layers.Layer):
    """Each pattern (B, H, W, 1) linearly to [0, 1]; a flat pattern becomes 0."""

    def call(self, patterns):  # noqa: D102
        axes = (1, 2, 3)
        low = ops.min(patterns, axis=axes, keepdims=True)
        high = ops.max(patterns, axis=axes, keepdims=True)
        return (patterns - low) / ops.maximum(high - low, 1e-6)


@keras.saving.register_keras_serializable(package="keras_stem")
class EulerDecoder(keras.layers.Layer):
    """Normalised Euler angles (B, 3) to Bunge Euler angles (B, 3) in radians.

    Predictions a little outside the fundamental region stay there: -3 deg is as good an angle as 357, and
    nearer to a label of 2.

    Parameters
    ----------
    ranges
        Upper bounds of phi1, Phi and phi2 in the Euler fundamental region, radians.
    """

    def __init__(self, ranges: list[float], **kwargs):
        super().__init__(**kwargs)
        self.ranges = [float(bound) for bound in ranges]

    def call(self, normalised):  # noqa: D102
        return ops.cast(normalised, "float32") * ops.array(self.ranges, "float32")

    def get_config(self):  # noqa: D102
        return {**super().get_config(), "ranges": self.ranges}
