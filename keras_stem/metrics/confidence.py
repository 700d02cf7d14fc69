"""Calibration metrics of predicted uncertainties."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr


@dataclass(frozen=True)
class ConfidenceScores:
    """Agreement of predicted uncertainties with the errors.

    Parameters
    ----------
    covered_68, covered_95
        Empirical coverage of the 68 and 95 % bounds.
    spearman
        Spearman rank correlation of uncertainty and error.
    risk
        AURC (area under the risk-coverage curve, degrees): the mean error of the most confident predictions,
        averaged over the coverage. It equals the mean error if the uncertainties are uninformative.
    """

    covered_68: float
    covered_95: float
    spearman: float
    risk: float


def score_confidence(bound_68: np.ndarray, bound_95: np.ndarray, errors: np.ndarray) -> ConfidenceScores:
    """Score the 68 and 95 % bounds against the errors, shapes (n,), in degrees."""
    _, tied = np.unique(bound_68 + 1e-6 * bound_95, return_inverse=True)
    ranked = np.sort(tied)  # errors of tied bounds are replaced by their mean
    ranked = (np.bincount(tied, errors) / np.bincount(tied))[ranked]
    told = np.ptp(bound_68) > 0 and np.ptp(errors) > 0
    return ConfidenceScores(
        covered_68=float(np.mean(errors <= bound_68)),
        covered_95=float(np.mean(errors <= bound_95)),
        spearman=float(spearmanr(bound_68, errors).statistic) if told else float("nan"),
        risk=float(np.mean(np.cumsum(ranked) / np.arange(1, len(ranked) + 1))),
    )
