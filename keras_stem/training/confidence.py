"""How far a prediction may be off: the spread that a model gives, calibrated on DS_Val."""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import spearmanr
from sklearn.isotonic import IsotonicRegression

HALF_RELIABLE = 5.0
"""A prediction whose error is probably (68 %) below so many degrees has a reliability of 50."""

_LEAST_IN_STEP = 40
_MOST_STEPS = 20
_APART = 1e-3


@dataclass(frozen=True)
class Calibration:
    """Bounds of the error for spreads; between them it is interpolated, and beyond them constant.

    Parameters
    ----------
    spread
        As the model gives it, ascending, shape (k,).
    bound_68, bound_95
        Below which 68 and 95 % of the errors are at that spread, deg.
    """

    spread: list[float]
    bound_68: list[float]
    bound_95: list[float]

    def bounds(self, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the bounds below which an error is with 68 and 95 %, deg, of spreads, shape (n,)."""
        return np.interp(spread, self.spread, self.bound_68), np.interp(spread, self.spread, self.bound_95)

    def to_dict(self) -> dict[str, list[float]]:
        """Return plain JSON types."""
        return asdict(self)


def calibrate(spread: np.ndarray, errors: np.ndarray) -> Calibration:
    """Return the calibration that fits what is known.

    The predictions are sorted by their spread and taken in groups of equal size; the quantiles of the errors
    of each are made ascending by isotonic regression.

    Parameters
    ----------
    spread
        Shape (n,), of predictions.
    errors
        Shape (n,), of the same predictions, deg.
    """
    order = np.argsort(spread)
    steps = np.array_split(order, int(np.clip(len(order) // _LEAST_IN_STEP, 1, _MOST_STEPS)))
    middles = np.array([np.median(spread[step]) for step in steps])
    bounds = (np.array([np.quantile(errors[step], share) for step in steps]) for share in (0.68, 0.95))
    rank = _APART * np.arange(len(steps))  # the larger spread is never the surer prediction
    ascending = ((IsotonicRegression().fit_transform(middles, bound) + rank).tolist() for bound in bounds)
    return Calibration(middles.tolist(), *ascending)


def reliability(uncertainty: np.ndarray) -> np.ndarray:
    """Return the reliability, from 0 to 100, of uncertainties, deg: 100 for none, 50 at 5 deg."""
    return 100 / (1 + uncertainty / HALF_RELIABLE)


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
    ranked = errors[np.argsort(bound_68 + 1e-6 * bound_95, kind="stable")]
    return ConfidenceScores(
        covered_68=float(np.mean(errors <= bound_68)),
        covered_95=float(np.mean(errors <= bound_95)),
        spearman=float(spearmanr(bound_68, errors).statistic),
        risk=float(np.mean(np.cumsum(ranked) / np.arange(1, len(ranked) + 1))),
    )
