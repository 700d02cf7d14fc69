"""Novelty detection: patterns outside the training distribution, identified by spread and agreement."""

from dataclasses import dataclass

import numpy as np

from keras_stem.inference.predictions import Predictions
from keras_stem.inference.verification import VerifiedAnswers

RIGHT = 5.0
"""Disorientation below which predictions for DS_Val count as correct (degrees)."""

RARE = 0.01
"""Fraction of the correct predictions that each threshold may mark."""

ODD = 0.025
"""Fraction of all predictions for DS_Val that each of the two thresholds may mark; together at most 5 %."""

ENOUGH = 0.5
"""Fraction of correct predictions for DS_Val that a model needs for novelty detection."""


@dataclass(frozen=True)
class NoveltyThresholds:
    """Thresholds beyond which patterns are classified as outside the training distribution.

    Parameters
    ----------
    largest_spread
        Largest spread (radians): 99 % of the correct predictions, and 97.5 % of all, have a smaller one.
        None if the target gives no spread or the model is not trained sufficiently.
    least_agreement
        Smallest agreement with the expected spots: 99 % of the correct predictions, and 97.5 % of all, have
        a larger one. None if the phase cannot be simulated, the model is not trained sufficiently, or its
        card is of schema 2 or older.
    right
        Fraction of correct predictions; None for models of earlier versions.
    """

    largest_spread: float | None
    least_agreement: float | None
    right: float | None = None

    @classmethod
    def of(
        cls, predictions: Predictions, verified: VerifiedAnswers | None, errors: np.ndarray
    ) -> "NoveltyThresholds":
        """Return the thresholds from predictions for DS_Val with known errors, shape (n,), in degrees."""
        right = errors < RIGHT
        share = float(np.mean(right))
        spread = agreement = None
        if verified is not None and share >= ENOUGH:
            agreement = -_limit(-verified.agreement, right)
        if predictions.spread is not None and share >= ENOUGH:
            spread = _limit(predictions.spread, right)
        return cls(spread, agreement, share)

    @property
    def tells(self) -> bool:
        """Whether novelty detection is available."""
        return self.largest_spread is not None or self.least_agreement is not None

    @property
    def undertrained(self) -> bool:
        """Whether novelty detection is unavailable because too few predictions are correct."""
        return self.right is not None and self.right < ENOUGH

    def out_of_distribution(self, predictions: Predictions, verified: VerifiedAnswers | None) -> np.ndarray:
        """Return a mask of the patterns outside the training distribution, shape (n,)."""
        found = np.zeros(len(predictions.euler), bool)
        if self.largest_spread is not None and predictions.spread is not None:
            found |= predictions.spread > self.largest_spread
        if self.least_agreement is not None and verified is not None:
            found |= verified.agreement < self.least_agreement
        return found


def _limit(values: np.ndarray, right: np.ndarray) -> float:
    """Return the threshold that 1 % of the correct and 2.5 % of all values exceed at most."""
    return float(max(np.quantile(values[right], 1 - RARE), np.quantile(values, 1 - ODD)))
