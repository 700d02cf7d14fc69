"""Layers from what a network gives to Bunge Euler angles."""

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.rotation_ops import fundamental_bunge, orthonormal, votes_in_lab


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


@keras.saving.register_keras_serializable(package="keras_stem")
class RotationDecoder(keras.layers.Layer):
    """Two directions (B, 6) to Bunge Euler angles (B, 3) in radians, in the fundamental region.

    Parameters
    ----------
    operators
        Matrices of the proper point group, (n, 3, 3).
    ranges
        Upper bounds of phi1, Phi and phi2 in the Euler fundamental region, radians.
    """

    def __init__(self, operators: list, ranges: list[float], **kwargs):
        super().__init__(**kwargs)
        self.operators = np.asarray(operators, "float32")
        self.ranges = [float(bound) for bound in ranges]

    def call(self, six):  # noqa: D102
        return fundamental_bunge(orthonormal(ops.cast(six, "float32")), self.operators, self.ranges)

    def compute_output_shape(self, input_shape):  # noqa: D102
        return (input_shape[0], 3)

    def get_config(self):  # noqa: D102
        own = {"operators": self.operators.tolist(), "ranges": self.ranges}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="keras_stem")
class VoteDecoder(RotationDecoder):
    """Votes (B, azimuths, 7) to the Bunge Euler angles (B, 3) of the strongest, in radians."""

    def call(self, votes):  # noqa: D102
        weights, rotations = votes_in_lab(ops.cast(votes, "float32"))
        strongest = ops.one_hot(ops.argmax(weights, axis=-1), votes.shape[1], dtype="float32")
        chosen = ops.sum(strongest[..., None, None] * rotations, axis=1)
        return fundamental_bunge(chosen, self.operators, self.ranges)
