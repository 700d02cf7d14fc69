"""How far predictions are from labels or truth."""

from dataclasses import asdict, dataclass

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from keras_stem.crystal.disorientation import PATTERN_MATE, disorientation
from keras_stem.crystal.euler import reduce_euler

_SMALLEST = 0.01
"""deg; smaller errors are no better in the geometric mean."""


@dataclass(frozen=True)
class Disorientations:
    """Statistics of disorientations.

    Parameters
    ----------
    median, mean, p95
        deg; p95 is the 95th percentile.
    geometric
        Geometric mean, deg. It falls with every error, whether most answers are right or few; the median
        says nothing where less than half of them are, and the mean little of the small errors.
    under_1, under_2, under_5
        Fractions of positions under 1, 2 and 5 deg.
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
    """Scores of a set of predictions: disorientations under the proper point group, and more.

    Parameters
    ----------
    count
        Number of positions.
    pattern
        The disorientations with the pattern ambiguity divided out: half a turn about the beam counts as no
        difference.
    r2, mae, mse
        Of the Euler angles in degrees, averaged over the three, as in the paper. R2 says little by itself:
        angles that differ by a symmetry operation or by a full turn count as wrong, and a high R2 can stand
        beside a large disorientation.
    r2_nearest
        R2 with each prediction moved to that of its equivalents whose angles are nearest to the reference's.
    """

    count: int
    pattern: Disorientations
    r2: float
    r2_nearest: float
    mae: float
    mse: float

    def named(self, prefix: str) -> dict[str, float]:
        """Return the scores as metrics called ``<prefix>_<score>`` and ``<prefix>_pattern_<score>``."""
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
        Shape (n, 3), radians, as the model gives them.
    reference
        Shape (n,), lab to crystal.
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
    turned = np.rad2deg(disorientation(rotations * PATTERN_MATE, reference, symmetry))
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
    """Return the statistics of disorientations, shape (n,) in deg."""
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
    """Return the angles, deg, of the equivalents that are nearest to the expected ones, shape (n, 3).

    Nearest in terms of R2: each angle counts by its scatter.
    """
    scatter = np.maximum(expected.std(axis=0), 1e-6)
    nearest, distance = np.zeros_like(expected), np.full(len(expected), np.inf)
    for operation in symmetry:
        angles = np.rad2deg((Rotation(operation.data) * rotations).to_euler())
        for same in (angles, angles * (1, -1, 1) + (180, 0, 180)):  # one rotation, with Phi below 0 too
            for turned in (0, 2):  # full turns change nothing
                same[:, turned] -= 360 * np.round((same[:, turned] - expected[:, turned]) / 360)
            apart = np.linalg.norm((same - expected) / scatter, axis=1)
            closer = apart < distance
            nearest[closer], distance[closer] = same[closer], apart[closer]
    return nearest
