"""Scores of predicted orientations against labels or ground truth."""

from dataclasses import asdict, dataclass

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.euler import euler_of, reduce_euler

_SMALLEST = 0.01
"""Floor of the errors in the geometric mean (degrees)."""


@dataclass(frozen=True)
class Disorientations:
    """Summary statistics of disorientations.

    Parameters
    ----------
    median, mean, p95
        Median, mean and 95th percentile (degrees).
    geometric
        Geometric mean (degrees). It responds to every error, whether most predictions are correct or few. The
        median is uninformative if fewer than half of them are correct, and the mean is insensitive to small
        errors.
    under_1, under_2, under_5
        Fractions of positions below 1, 2 and 5 degrees.
    """

    median: float
    mean: float
    p95: float
    geometric: float
    under_1: float
    under_2: float
    under_5: float


@dataclass(frozen=True)
class Scores(Disorientations):
    """Scores of predictions: disorientation statistics under the proper point group, and regression scores.

    Parameters
    ----------
    count
        Number of positions.
    pattern
        Disorientation statistics modulo the 180 degree in-plane ambiguity of the patterns.
    r2, mae, mse
        Coefficient of determination, mean absolute error and mean squared error of the Euler angles in
        degrees, averaged over the three angles, as in the paper. R2 alone is of limited use: angles that
        differ by a symmetry operation or by 360 degrees count as errors, and a high R2 is compatible with a
        large disorientation.
    r2_nearest
        R2 after each prediction is replaced by the equivalent whose angles are nearest to the reference.
    """

    count: int
    pattern: Disorientations
    r2: float
    r2_nearest: float
    mae: float
    mse: float

    def named(self, prefix: str) -> dict[str, float]:
        """Return the scores as metrics named ``<prefix>_<score>`` and ``<prefix>_pattern_<score>``."""
        plain = asdict(self)
        del plain["count"]
        pattern = plain.pop("pattern")
        flat = {**plain, **{f"pattern_{name}": value for name, value in pattern.items()}}
        return {f"{prefix}_{name}": float(value) for name, value in flat.items()}


def score(predicted_euler: np.ndarray, reference: Rotation, symmetry: Symmetry) -> Scores:
    """Score predicted Euler angles against reference orientations.

    Parameters
    ----------
    predicted_euler
        Predicted Euler angles of the model, shape (n, 3), in radians.
    reference
        Reference orientations, shape (n,), lab to crystal.
    symmetry
        Proper point group.

    Returns
    -------
    Scores
    """
    expected = np.rad2deg(reduce_euler(reference, symmetry))
    found = np.rad2deg(predicted_euler)
    rotations = Rotation.from_euler(predicted_euler)
    angles = np.rad2deg(disorientation(rotations, reference, symmetry))
    turned = np.rad2deg(disorientation(rotations * BEAM_TWOFOLD, reference, symmetry))
    return Scores(
        **asdict(disorientations(angles)),
        count=len(found),
        pattern=disorientations(np.minimum(angles, turned)),
        r2=_r2(expected, found),
        r2_nearest=_r2(expected, _nearest(rotations, expected, symmetry)),
        mae=float(mean_absolute_error(expected, found)),
        mse=float(mean_squared_error(expected, found)),
    )


def disorientations(angles: np.ndarray) -> Disorientations:
    """Return summary statistics of disorientations, shape (n,), in degrees."""
    return Disorientations(
        median=float(np.median(angles)),
        mean=float(np.mean(angles)),
        p95=float(np.percentile(angles, 95)),
        geometric=float(np.exp(np.mean(np.log(np.maximum(angles, _SMALLEST))))),
        under_1=float(np.mean(angles < 1)),
        under_2=float(np.mean(angles < 2)),
        under_5=float(np.mean(angles < 5)),
    )


def _r2(expected: np.ndarray, found: np.ndarray) -> float:
    return float(r2_score(expected, found)) if len(found) > 1 else float("nan")


def _nearest(rotations: Rotation, expected: np.ndarray, symmetry: Symmetry) -> np.ndarray:
    """Return the angles of the equivalents nearest to the expected angles, shape (n, 3), in degrees.

    The distance is that of R2: each angle is scaled by its standard deviation.
    """
    scatter = np.maximum(expected.std(axis=0), 1e-6)
    nearest, distance = np.zeros_like(expected), np.full(len(expected), np.inf)
    for operation in symmetry:
        angles = np.rad2deg(euler_of(Rotation(operation.data) * rotations))
        for same in (
            angles,
            angles * (1, -1, 1) + (180, 0, 180),
        ):  # both represent the same rotation; Phi is negative in one of them
            for turned in (0, 2):  # angles are periodic with 360 degrees
                same[:, turned] -= 360 * np.round((same[:, turned] - expected[:, turned]) / 360)
            apart = np.linalg.norm((same - expected) / scatter, axis=1)
            closer = apart < distance
            nearest[closer], distance[closer] = same[closer], apart[closer]
    return nearest
