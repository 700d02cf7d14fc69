"""Losses of orientations that know the crystal's symmetry."""

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.rotation_ops import angle_of, orthonormal, squared_chord, votes_in_lab


class DisorientationLoss(keras.losses.Loss):
    """How far predicted rotations are from expected ones, under the proper point group.

    Parameters
    ----------
    operators
        Matrices of the proper point group, (n, 3, 3).
    distance
        "chordal": 1 - cos t of the disorientation t. "geodesic": t in radians.
    mates
        Whether half a turn about the beam counts as no difference.
    """

    def __init__(self, operators: np.ndarray, distance: str = "chordal", mates: bool = False):
        super().__init__(name=f"{distance}_disorientation")
        self._operators = operators
        self._distance = distance
        self._mates = mates

    def call(self, y_true, y_pred):
        """Return the loss (B,) of matrices (B, 9), row by row, and predictions (B, 6)."""
        expected = ops.reshape(y_true, (-1, 3, 3))
        squared = squared_chord(orthonormal(y_pred), expected, self._operators, self._mates)
        return squared / 2 if self._distance == "chordal" else angle_of(squared)


class VoteLoss(keras.losses.Loss):
    """How improbable the expected rotation is under the votes of all azimuths.

    The votes are a mixture of distributions around the rotations that they name, with their weights, and fall
    with the squared chordal distance d: the loss is the negative logarithm of the sum of
    ``w exp(-d / 2 s^2) / s^3``.
    A wide distribution, at first, lets all votes learn; a narrow one, at last, the one that is right already.

    Parameters
    ----------
    operators
        Matrices of the proper point group, (n, 3, 3).
    width
        The variable s, radians.
    mates
        Whether half a turn about the beam counts as no difference.
    """

    def __init__(self, operators: np.ndarray, width: keras.Variable, mates: bool = False):
        super().__init__(name="votes")
        self._operators = operators
        self._width = width
        self._mates = mates

    def call(self, y_true, y_pred):
        """Return the loss (B,) of matrices (B, 9), row by row, and votes (B, azimuths, 7)."""
        weights, rotations = votes_in_lab(y_pred)
        expected = ops.reshape(y_true, (-1, 1, 3, 3))
        squared = squared_chord(rotations, expected, self._operators, self._mates)
        width = ops.convert_to_tensor(self._width)
        each = weights - squared / (2 * width * width) - 3 * ops.log(width)
        return -ops.logsumexp(each, axis=-1)
