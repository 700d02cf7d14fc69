"""Layers from what a network gives to Bunge Euler angles, and to what it knows of its error.

Each returns a dictionary. "euler" (B, 3) is always there, in radians. "spread" (B,) grows with the error that
is to be expected, radians; "runners_up" (B, k, 3) are Euler angles of other answers that are possible.
"""

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.rotation_ops import (
    angle_of,
    fundamental_bunge,
    mean_near,
    orthonormal,
    squared_chord,
    votes_in_lab,
)

DISTINCT = 0.15
"""Votes farther apart than this, radians, are for different orientations."""

ROTATION_SIZE = 7
"""Numbers that a rotation and its expected error are decoded from."""


@keras.saving.register_keras_serializable(package="keras_stem")
class EulerDecoder(keras.layers.Layer):
    """Normalised Euler angles (B, 3) to Bunge Euler angles.

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
        return {"euler": ops.cast(normalised, "float32") * ops.array(self.ranges, "float32")}

    def get_config(self):  # noqa: D102
        return {**super().get_config(), "ranges": self.ranges}


@keras.saving.register_keras_serializable(package="keras_stem")
class RotationDecoder(keras.layers.Layer):
    """Two directions and the logarithm of an error (B, 7) to Euler angles in the fundamental region.

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

    def call(self, seven):  # noqa: D102
        seven = ops.cast(seven, "float32")
        return {"euler": self._bunge(orthonormal(seven[:, :6])), "spread": ops.exp(seven[:, 6])}

    def _bunge(self, matrices):
        return fundamental_bunge(matrices, self.operators, self.ranges)

    def get_config(self):  # noqa: D102
        own = {"operators": self.operators.tolist(), "ranges": self.ranges}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="keras_stem")
class VoteDecoder(RotationDecoder):
    """Votes (B, azimuths, 7) to the Euler angles of the strongest, averaged with those that agree with it.

    The spread is the mean disorientation of all votes from the strongest, by their weights. There is one
    runner-up: the strongest of the votes for another orientation.
    """

    @classmethod
    def from_config(cls, config):  # noqa: D102
        # Models of earlier versions say how many runners-up they give.
        return cls(**{name: value for name, value in config.items() if name != "runners_up"})

    def call(self, votes):  # noqa: D102
        weights, rotations = votes_in_lab(ops.cast(votes, "float32"))
        weights = ops.exp(weights)
        strongest = _chosen(rotations, weights)
        squared = squared_chord(rotations, strongest[:, None], self.operators)
        others = ops.where(squared > DISTINCT**2, weights, 0.0)
        agreeing = weights * ops.exp(-squared / (2 * (DISTINCT / 3) ** 2))
        return {
            "euler": self._bunge(mean_near(strongest, rotations, agreeing, self.operators)),
            "spread": ops.sum(weights * angle_of(squared), axis=-1),
            "runners_up": self._bunge(_chosen(rotations, others))[:, None],
        }


@keras.saving.register_keras_serializable(package="keras_stem")
class AllVotes(RotationDecoder):
    """Votes (B, azimuths, 7) to the Euler angles of the strongest, and of all as its runners-up."""

    def call(self, votes):  # noqa: D102
        weights, rotations = votes_in_lab(ops.cast(votes, "float32"))
        count = rotations.shape[1]
        every = self._bunge(ops.reshape(rotations, (-1, 3, 3)))
        return {
            "euler": self._bunge(_chosen(rotations, weights)),
            "runners_up": ops.reshape(every, (-1, count, 3)),
        }


def _chosen(rotations, weights):
    """Return the rotation of the largest weight, (B, 3, 3)."""
    strongest = ops.one_hot(ops.argmax(weights, axis=-1), weights.shape[-1], dtype="float32")
    return ops.sum(strongest[..., None, None] * rotations, axis=1)
