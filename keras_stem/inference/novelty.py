"""Novelty: patterns that are unlike those of the training, told by spread and agreement."""

from dataclasses import dataclass

import numpy as np

from keras_stem.inference.predictions import Predictions
from keras_stem.inference.verification import VerifiedAnswers

RIGHT = 5.0
"""Answers of DS_Val count as right below so many degrees."""

RARE = 0.01
"""Share of the right answers that is surer to be wrong, or agrees less, than is called usual."""

ODD = 0.025
"""Share of all answers for DS_Val that each of the two limits may mark, so that both mark 5 % at most."""

ENOUGH = 0.5
"""Share of the answers for DS_Val that are right if a model is trained enough to tell what is unlike."""

COMMON = 0.2
"""Share of the right answers that agree less than is called common."""


@dataclass(frozen=True)
class NoveltyThresholds:
    """Limits beyond which answers are unlike the right ones to patterns of the training.

    Parameters
    ----------
    largest_spread
        That of 99 % of the right answers, and of 97.5 % of all, is smaller, radians; None where the target
        does not tell, or the model is not trained enough to tell.
    least_agreement
        99 % of the right answers, and 97.5 % of all, agree better with simulations; None where the phase
        cannot be simulated, or the model is not trained enough to tell.
    common_agreement
        80 % of the right answers agree better. Models of earlier versions do not know it.
    right
        Share of the answers that are right. Models of earlier versions do not know it.
    """

    largest_spread: float | None
    least_agreement: float | None
    common_agreement: float | None = None
    right: float | None = None

    @classmethod
    def of(
        cls, predictions: Predictions, verified: VerifiedAnswers | None, errors: np.ndarray
    ) -> "NoveltyThresholds":
        """Return the limits from predictions for DS_Val with known errors, shape (n,), degrees."""
        right = errors < RIGHT
        share = float(np.mean(right))
        spread = agreement = common = None
        if verified is not None and right.any():
            common = float(np.quantile(verified.agreement[right], COMMON))
        if verified is not None and share >= ENOUGH:
            agreement = -_limit(-verified.agreement, right)
        if predictions.spread is not None and share >= ENOUGH:
            spread = _limit(predictions.spread, right)
        return cls(spread, agreement, common, share)

    @property
    def tells(self) -> bool:
        """Whether it can be told which patterns are unlike those of the training."""
        return self.largest_spread is not None or self.least_agreement is not None

    @property
    def undertrained(self) -> bool:
        """Whether it cannot, since too few answers are right."""
        return self.right is not None and self.right < ENOUGH

    def out_of_distribution(self, predictions: Predictions, verified: VerifiedAnswers | None) -> np.ndarray:
        """Return which patterns are out of the training distribution, shape (n,), by their answers."""
        found = np.zeros(len(predictions.euler), bool)
        if self.largest_spread is not None and predictions.spread is not None:
            found |= predictions.spread > self.largest_spread
        if self.least_agreement is not None and verified is not None:
            found |= verified.agreement < self.least_agreement
        return found


def _limit(values: np.ndarray, right: np.ndarray) -> float:
    """Return what few of the values of right answers, and few of all values, are above."""
    return float(max(np.quantile(values[right], 1 - RARE), np.quantile(values, 1 - ODD)))
