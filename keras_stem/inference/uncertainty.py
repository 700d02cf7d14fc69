"""How far a prediction may be off: evidence, calibrated on held-out patterns."""

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression

from keras_stem.errors import KerasStemError
from keras_stem.inference.predictions import Predictions
from keras_stem.inference.verification import VerifiedAnswers

HALF_RELIABLE = 5.0
"""A prediction whose error is probably (68 %) below so many degrees has a reliability of 50."""

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


def evidence(predictions: Predictions, verified: VerifiedAnswers | None) -> np.ndarray | None:
    """Return what is known of the errors of predictions.

    Parameters
    ----------
    predictions
        Of a model, for n patterns.
    verified
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
    if verified is not None:
        known.append(verified.agreement / 100)
        if verified.runner_up_agreement is not None:
            known.append(np.arcsinh((verified.agreement - verified.runner_up_agreement) / EVEN))
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


def reliability(uncertainty: np.ndarray) -> np.ndarray:
    """Return the reliability, from 0 to 100, of uncertainties, deg: 100 for none, 50 at 5 deg."""
    return 100 / (1 + uncertainty / HALF_RELIABLE)
