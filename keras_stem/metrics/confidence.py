"""Scores of stated uncertainties."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr


@dataclass(frozen=True)
class ConfidenceScores:
    """How well stated uncertainties agree with the errors.

    Parameters
    ----------
    covered_68, covered_95
        Shares of the errors under the stated bounds.
    spearman
        Rank correlation of uncertainty and error.
    risk
        Area under the risk-coverage curve, deg: the mean error of the surest predictions, averaged over how
        many of them are taken. It is the mean error for uncertainties that say nothing.
    """

    covered_68: float
    covered_95: float
    spearman: float
    risk: float


def score_confidence(bound_68: np.ndarray, bound_95: np.ndarray, errors: np.ndarray) -> ConfidenceScores:
    """Compare stated bounds with the errors, shapes (n,), deg."""
    _, tied = np.unique(bound_68 + 1e-6 * bound_95, return_inverse=True)
    ranked = np.sort(tied)  # those of equal bounds come in any order: each counts as their mean error
    ranked = (np.bincount(tied, errors) / np.bincount(tied))[ranked]
    told = np.ptp(bound_68) > 0 and np.ptp(errors) > 0
    return ConfidenceScores(
        covered_68=float(np.mean(errors <= bound_68)),
        covered_95=float(np.mean(errors <= bound_95)),
        spearman=float(spearmanr(bound_68, errors).statistic) if told else float("nan"),
        risk=float(np.mean(np.cumsum(ranked) / np.arange(1, len(ranked) + 1))),
    )
