"""A rotation for each azimuth of the pattern and its weight: a mixture of candidates."""

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.rotation_ops import angle_of, mean_near, squared_chord, votes_in_lab
from keras_stem.heads.rotation import RotationDecoder, RotationHead

DISTINCT = 0.15
"""Votes farther apart than this, radians, are for different orientations."""

FIRST_WIDTH = 1.0
"""Width of the votes' distribution when a training begins, radians."""

TUNING_WIDTH = 0.02
"""The same for votes that have learned already, radians: with 0.1 they are worse afterwards."""

LAST_WIDTH = 0.012
"""Radians; about the error that is left at the end."""

TAIL = 3.0
"""Degrees of freedom of the votes' distribution: the fewer, the heavier are its tails."""


@keras.saving.register_keras_serializable(package="keras_stem")
class VoteDecoder(RotationDecoder):
    """Votes (B, azimuths, 7) to the Euler angles of the strongest, averaged with those that agree with it.

    The spread is the mean disorientation of all votes from the strongest, by their weights. There is one
    runner-up: the strongest of the votes for another orientation.
    """

    several = True

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

    def candidates(self, outputs):
        """Return the orientation of each vote, (B, azimuths, 3, 3), and its weight."""
        weights, rotations = votes_in_lab(ops.cast(outputs, "float32"))
        return rotations, ops.exp(weights)


def _chosen(rotations, weights):
    """Return the rotation of the largest weight, (B, 3, 3)."""
    strongest = ops.one_hot(ops.argmax(weights, axis=-1), weights.shape[-1], dtype="float32")
    return ops.sum(strongest[..., None, None] * rotations, axis=1)


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


class VotesHead(RotationHead):
    """A rotation for each azimuth of the pattern and its weight, in the frame that is rotated there."""

    name = "votes"
    output = "azimuths"
    heeds = frozenset({"symmetry", "ambiguity"})
    needs_progress = True

    def decoder(self) -> VoteDecoder:
        """Return the layer from votes to Euler angles."""
        return VoteDecoder(self._operators.tolist(), self._ranges.tolist(), name="decoder")

    def loss(self) -> keras.losses.Loss:
        """Return the loss of votes."""
        width = TUNING_WIDTH if self.settings.pretrained else FIRST_WIDTH
        return VoteLoss(self._compared, self._mates, width)
