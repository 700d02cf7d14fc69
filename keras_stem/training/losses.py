"""Losses of orientations that know the crystal's symmetry."""

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.rotation_ops import angle_of, orthonormal, squared_chord


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
