"""Losses of orientations that know the crystal's symmetry."""

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.rotation_ops import angle_of, orthonormal, squared_chord, votes_in_lab

ERROR_SHARE = 0.1
"""Weight of what the network says of its own error, beside the error."""

SMALLEST_ERROR = 1e-3
"""Radians; added to an angle before its logarithm."""

LAST_WIDTH = 0.012
"""Radians; about the error that is left at the end."""

TAIL = 3.0
"""Degrees of freedom of the votes' distribution: the fewer, the heavier are its tails."""


class DisorientationLoss(keras.losses.Loss):
    """How far predicted rotations are from expected ones, under the proper point group.

    Parameters
    ----------
    operators
        Matrices of the proper point group, (n, 3, 3).
    distance
        "geodesic": the disorientation t in radians. "chordal": 1 - cos t, which makes little of small errors.
    mates
        Whether half a turn about the beam counts as no difference.
    """

    def __init__(self, operators: np.ndarray, distance: str = "geodesic", mates: bool = False):
        super().__init__(name=f"{distance}_disorientation")
        self._operators = operators
        self._distance = distance
        self._mates = mates

    def call(self, y_true, y_pred):
        """Return the loss (B,) of matrices (B, 9), row by row, and predictions (B, 6) or (B, 7).

        A seventh number is to be the logarithm of the disorientation, as far as the network can tell. It does
        not disturb the first six: nothing is gained by a larger error that was foretold.
        """
        expected = ops.reshape(y_true, (-1, 3, 3))
        squared = squared_chord(orthonormal(y_pred[..., :6]), expected, self._operators, self._mates)
        loss = squared / 2 if self._distance == "chordal" else angle_of(squared)
        if y_pred.shape[-1] == 6:
            return loss
        angle = ops.log(angle_of(ops.stop_gradient(squared)) + SMALLEST_ERROR)
        return loss + ERROR_SHARE * ops.abs(angle - y_pred[..., 6])


class VoteLoss(keras.losses.Loss):
    """How improbable the expected rotation is under the votes of all azimuths.

    The votes are a mixture of Student's t-distributions around the rotations that they name, with their
    weights and a common width s. With the squared chordal distance d and f degrees of freedom, the loss is,
    but for a constant, the negative logarithm of ``sum(w (1 + d / f s^2)^(-(f + 3) / 2)) / s^3``.

    A wide distribution, at first, lets all votes learn; a narrow one, at last, those that are right already.
    The tails let a vote learn that is far from right, where a normal distribution would leave it to chance,
    and make little of labels that are mistaken.

    Parameters
    ----------
    operators
        Matrices of the proper point group, (n, 3, 3).
    mates
        Whether half a turn about the beam counts as no difference.
    first_width
        s at the beginning, radians.
    """

    def __init__(self, operators: np.ndarray, mates: bool = False, first_width: float = 1.0):
        super().__init__(name="votes")
        self._operators = operators
        self._mates = mates
        self._first_width = first_width

    def call(self, y_true, y_pred):
        """Return the loss (B,) of votes (B, azimuths, 7).

        Expected are matrices, row by row, and the share of the training that is done, (B, 10). The width
        falls evenly on a logarithmic scale, and stays for the last tenth.
        """
        weights, rotations = votes_in_lab(y_pred)
        expected = ops.reshape(y_true[:, :9], (-1, 1, 3, 3))
        squared = squared_chord(rotations, expected, self._operators, self._mates)
        first = self._first_width
        width = first * (LAST_WIDTH / first) ** ops.minimum(y_true[:, 9] / 0.9, 1.0)
        scaled = squared / (TAIL * ops.square(width)[:, None])
        each = weights - (TAIL + 3) / 2 * ops.log1p(scaled)
        return 3 * ops.log(width) - ops.logsumexp(each, axis=-1)
