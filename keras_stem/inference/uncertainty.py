"""Uncertainty of predictions: evidence, calibrated on held-out patterns."""

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression

from keras_stem.errors import KerasStemError
from keras_stem.inference.predictions import Predictions
from keras_stem.inference.verification import VerifiedAnswers

HALF_RELIABLE = 5.0
"""Uncertainty (68 % bound of the error, degrees) that corresponds to a reliability of 50."""

EVEN = 0.05
"""Evidence (disks) below which two orientations are indistinguishable."""

_LEAST_IN_STEP = 40
_MOST_STEPS = 20
_APART = 1e-3
_SMALLEST_ERROR = 0.05


@dataclass(frozen=True)
class UncertaintyCalibration:
    """Calibration that maps evidence about predictions to bounds of their errors.

    Parameters
    ----------
    weights
        Weight of each column of `evidence`, shape (k,). The weighted sum is the expected logarithm of the
        error, up to a constant.
    expected
        Nodes of the weighted sum, ascending, shape (m,).
    bound_68, bound_95
        Bounds below which 68 and 95 % of the errors lie at the nodes (degrees), shape (m,). Between the nodes
        they are interpolated linearly.
    """

    weights: list[float]
    expected: list[float]
    bound_68: list[float]
    bound_95: list[float]

    def bounds(self, evidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the 68 and 95 % bounds of the errors (degrees) from evidence, shape (n, k).

        Raises
        ------
        KerasStemError
            If the calibration was fitted to a different number of kinds of evidence.
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
        """Return the calibration in plain JSON types."""
        return asdict(self)


def evidence(predictions: Predictions, verified: VerifiedAnswers | None) -> np.ndarray | None:
    """Return the evidence about the errors of predictions.

    Parameters
    ----------
    predictions
        Predictions of a model for n patterns.
    verified
        Their verification; None if the phase cannot be simulated.

    Returns
    -------
    numpy.ndarray
        Evidence, shape (n, k): if available, the logarithm of the spread, the agreement, and the evidence
        against the runner-up, on an arcsinh scale that resolves small values. None if there is no evidence.
    """
    known = []
    if predictions.spread is not None:
        known.append(np.log(predictions.spread + 1e-4))
    if verified is not None:
        known.append(verified.agreement / 100)
        if verified.evidence is not None:
            known.append(np.arcsinh(verified.evidence / EVEN))
    return np.stack(known, axis=1).astype(float) if known else None


def calibrate(evidence: np.ndarray, errors: np.ndarray) -> UncertaintyCalibration:
    """Fit a calibration to predictions with known errors.

    The logarithm of the error is regressed linearly on the evidence. The predictions are sorted by their
    expected error and divided into groups of equal size; the quantiles of the errors of the groups are made
    monotonic by isotonic regression.

    Parameters
    ----------
    evidence
        Evidence, shape (n, k).
    errors
        Errors of the predictions (degrees), shape (n,).
    """
    weights = LinearRegression().fit(evidence, np.log(errors + _SMALLEST_ERROR)).coef_
    expected = evidence @ weights
    order = np.argsort(expected)
    steps = np.array_split(order, int(np.clip(len(order) // _LEAST_IN_STEP, 1, _MOST_STEPS)))
    middles = np.array([np.median(expected[step]) for step in steps])
    bounds = (np.array([np.quantile(errors[step], share) for step in steps]) for share in (0.68, 0.95))
    rank = _APART * np.arange(len(steps))  # makes the bounds strictly increasing
    ascending = ((IsotonicRegression().fit_transform(middles, bound) + rank).tolist() for bound in bounds)
    return UncertaintyCalibration(weights.tolist(), middles.tolist(), *ascending)


def reliability(uncertainty: np.ndarray) -> np.ndarray:
    """Return the reliability (0 to 100) from uncertainties (degrees): 100 at 0 degrees, 50 at 5 degrees."""
    return 100 / (1 + uncertainty / HALF_RELIABLE)
