"""How far a prediction may be off: what is known of it, calibrated on DS_Val."""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import spearmanr
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression

from keras_stem.errors import KerasStemError
from keras_stem.training.checks import CheckedAnswers
from keras_stem.training.predict import Predictions

HALF_RELIABLE = 5.0
"""A prediction whose error is probably (68 %) below so many degrees has a reliability of 50."""

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

EVEN = 0.05
"""Two answers whose agreements, up to 100, differ by less have the same pattern."""

_LEAST_IN_STEP = 40
_MOST_STEPS = 20
_APART = 1e-3
_SMALLEST_ERROR = 0.05


@dataclass(frozen=True)
class Calibration:
    """From what is known of predictions to bounds of their errors.

    Parameters
    ----------
    weights
        Of each piece of `evidence`, shape (k,): their sum is the expected logarithm of the error.
    expected
        Such sums, ascending, shape (m,).
    bound_68, bound_95
        Below which 68 and 95 % of the errors are there, deg, shape (m,). In between it is interpolated.
    """

    weights: list[float]
    expected: list[float]
    bound_68: list[float]
    bound_95: list[float]

    def bounds(self, evidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the bounds below which an error is with 68 and 95 %, deg, from evidence, shape (n, k).

        Raises `KerasStemError` if it was fitted to other evidence.
        """
        if evidence.shape[1] != len(self.weights):
            raise KerasStemError(
                f"Expected a calibration for {evidence.shape[1]} kinds of evidence, found one for "
                f"{len(self.weights)}; train the model again."
            )
        expected = evidence @ np.asarray(self.weights)
        bounds = (np.interp(expected, self.expected, bound) for bound in (self.bound_68, self.bound_95))
        return tuple(bounds)

    def to_dict(self) -> dict[str, list[float]]:
        """Return plain JSON types."""
        return asdict(self)


def evidence(predictions: Predictions, checked: CheckedAnswers | None) -> np.ndarray | None:
    """Return what is known of the errors of predictions.

    Parameters
    ----------
    predictions
        Of a model, for n patterns.
    checked
        How well they agree with simulations; None if the phase cannot be simulated.

    Returns
    -------
    numpy.ndarray
        Shape (n, k): as far as they are there, the logarithm of the spread, the agreement, and its lead over
        that of the runner-up, on a scale that tells small leads apart. None if nothing is known.
    """
    known = []
    if predictions.spread is not None:
        known.append(np.log(predictions.spread + 1e-4))
    if checked is not None:
        known.append(checked.agreement / 100)
        if checked.rival is not None:
            known.append(np.arcsinh((checked.agreement - checked.rival) / EVEN))
    return np.stack(known, axis=1).astype(float) if known else None


def calibrate(evidence: np.ndarray, errors: np.ndarray) -> Calibration:
    """Return the calibration that fits predictions with known errors.

    The logarithm of the error is regressed on the evidence. The predictions are sorted by what is expected of
    them and taken in groups of equal size; the quantiles of the errors of each are made ascending by isotonic
    regression.

    Parameters
    ----------
    evidence
        Shape (n, k).
    errors
        Shape (n,), deg.
    """
    weights = LinearRegression().fit(evidence, np.log(errors + _SMALLEST_ERROR)).coef_
    expected = evidence @ weights
    order = np.argsort(expected)
    steps = np.array_split(order, int(np.clip(len(order) // _LEAST_IN_STEP, 1, _MOST_STEPS)))
    middles = np.array([np.median(expected[step]) for step in steps])
    bounds = (np.array([np.quantile(errors[step], share) for step in steps]) for share in (0.68, 0.95))
    rank = _APART * np.arange(len(steps))  # the better evidence is never of the less sure prediction
    ascending = ((IsotonicRegression().fit_transform(middles, bound) + rank).tolist() for bound in bounds)
    return Calibration(weights.tolist(), middles.tolist(), *ascending)


@dataclass(frozen=True)
class Usual:
    """What right answers look like on patterns as the model was trained on.

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
    def of(cls, predictions: Predictions, checked: CheckedAnswers | None, errors: np.ndarray) -> "Usual":
        """Return what is usual of predictions for DS_Val with known errors, shape (n,), deg."""
        right = errors < RIGHT
        share = float(np.mean(right))
        spread = agreement = common = None
        if checked is not None and right.any():
            common = float(np.quantile(checked.agreement[right], COMMON))
        if checked is not None and share >= ENOUGH:
            agreement = -_limit(-checked.agreement, right)
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

    def unlike(self, predictions: Predictions, checked: CheckedAnswers | None) -> np.ndarray:
        """Return whether patterns look unlike those of the training, shape (n,), by what is said of them."""
        found = np.zeros(len(predictions.euler), bool)
        if self.largest_spread is not None and predictions.spread is not None:
            found |= predictions.spread > self.largest_spread
        if self.least_agreement is not None and checked is not None:
            found |= checked.agreement < self.least_agreement
        return found


def _limit(values: np.ndarray, right: np.ndarray) -> float:
    """Return what few of the values of right answers, and few of all values, are above."""
    return float(max(np.quantile(values[right], 1 - RARE), np.quantile(values, 1 - ODD)))


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
