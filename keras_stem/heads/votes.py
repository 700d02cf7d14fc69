"""Votes head: a weighted rotation for each azimuth of the pattern, that is, a mixture of candidates."""

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.rotation_ops import angle_of, mean_near, squared_chord, votes_in_lab
from keras_stem.heads.rotation import RotationDecoder, RotationHead

DISTINCT = 0.15
"""Disorientation above which votes are for distinct orientations (radians)."""

FIRST_WIDTH = 1.0
"""Initial width of the mixture components in a training from random weights (radians)."""

TUNING_WIDTH = 0.02
"""Initial width for fine-tuning pre-trained networks (radians); with 0.1 the results are worse."""

LAST_WIDTH = 0.012
"""Final width of the mixture components (radians), similar to the remaining error after training."""

TAIL = 3.0
"""Degrees of freedom of the t-distributions: the fewer, the heavier the tails."""


@keras.saving.register_keras_serializable(package="keras_stem")
class VoteDecoder(RotationDecoder):
    """Decoder from votes (B, azimuths, 7) to the Euler angles of the strongest vote.

    The strongest vote is averaged with the votes that agree with it. The spread is the weighted mean
    disorientation of all votes from the strongest. The only runner-up is the strongest of the votes for a
    distinct orientation.
    """

    several = True

    @classmethod
    def from_config(cls, config) -> "VoteDecoder":  # noqa: D102
        # Models of earlier versions store the number of runners-up.
        return cls(**{name: value for name, value in config.items() if name != "runners_up"})

    def call(self, votes) -> dict[str, keras.KerasTensor]:  # noqa: D102
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

    def candidates(self, outputs) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the orientation of each vote, (B, azimuths, 3, 3), and its weight, (B, azimuths)."""
        weights, rotations = votes_in_lab(ops.cast(outputs, "float32"))
        return rotations, ops.exp(weights)


def _chosen(rotations, weights):
    """Return the rotation with the largest weight, (B, 3, 3)."""
    strongest = ops.one_hot(ops.argmax(weights, axis=-1), weights.shape[-1], dtype="float32")
    return ops.sum(strongest[..., None, None] * rotations, axis=1)


class VoteLoss(keras.losses.Loss):
    """Negative log-likelihood of the expected rotation under the votes of all azimuths.

    The votes are a mixture of Student's t-distributions centred at the voted rotations, with the weights w of
    the votes and a common width s. With the squared chordal distance d and f degrees of freedom, the loss is,
    up to a constant, the negative logarithm of ``sum(w (1 + d / f s^2)^(-(f + 3) / 2)) / s^3``.

    The width is annealed: a large width at the beginning trains all votes, a small width at the end trains
    those that are already correct. The heavy tails give a gradient to votes that are far from the label,
    where that of a normal distribution would vanish, and limit the influence of wrong labels.

    Parameters
    ----------
    operators
        Rotation matrices of the proper point group, shape (n, 3, 3).
    beam_twofold
        Whether distances are taken modulo the 180 degree in-plane ambiguity.
    first_width
        Initial width s (radians).
    """

    def __init__(self, operators: np.ndarray, beam_twofold: bool = False, first_width: float = 1.0):
        super().__init__(name="votes")
        self._operators = operators
        self._beam_twofold = beam_twofold
        self._first_width = first_width

    def call(self, y_true, y_pred) -> keras.KerasTensor:
        """Return the loss (B,) of votes (B, azimuths, 7).

        The targets (B, 10) are the row-major matrices and the completed fraction of the training. The width
        decreases exponentially with this fraction, and is constant for the last tenth.
        """
        weights, rotations = votes_in_lab(y_pred)
        expected = ops.reshape(y_true[:, :9], (-1, 1, 3, 3))
        squared = squared_chord(rotations, expected, self._operators, self._beam_twofold)
        first = self._first_width
        width = first * (LAST_WIDTH / first) ** ops.minimum(y_true[:, 9] / 0.9, 1.0)
        scaled = squared / (TAIL * ops.square(width)[:, None])
        each = weights - (TAIL + 3) / 2 * ops.log1p(scaled)
        return 3 * ops.log(width) - ops.logsumexp(each, axis=-1)


class VotesHead(RotationHead):
    """Head with one weighted rotation (vote) per azimuth of the pattern, in the frame of the azimuth."""

    name = "votes"
    output = "azimuths"
    heeds = frozenset({"symmetry", "ambiguity"})
    needs_progress = True

    def decoder(self) -> VoteDecoder:
        """Return the decoder from votes to Euler angles."""
        return VoteDecoder(self._operators.tolist(), self._ranges.tolist(), name="decoder")

    def loss(self) -> keras.losses.Loss:
        """Return the loss of the votes."""
        width = TUNING_WIDTH if self.settings.pretrained else FIRST_WIDTH
        return VoteLoss(self._compared, self._beam_twofold, width)
