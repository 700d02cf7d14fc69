"""How far predictions are from labels or truth."""

from dataclasses import asdict, dataclass

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.euler import reduce_euler


@dataclass(frozen=True)
class Scores:
    """Scores of a set of predictions.

    Parameters
    ----------
    count
        Number of positions.
    r2, mae, mse
        Of the Euler angles in degrees, averaged over the three, as in the paper. R2 says little by itself:
        angles that differ by a symmetry operation or by a full turn count as wrong, and a high R2 can stand
        beside a large disorientation.
    median, mean, p95
        Of the disorientation, deg.
    under_2, under_5
        Fractions of positions with a disorientation under 2 and 5 deg.
    """

    count: int
    r2: float
    mae: float
    mse: float
    median: float
    mean: float
    p95: float
    under_2: float
    under_5: float

    def named(self, prefix: str) -> dict[str, float]:
        """Return the scores as metrics called ``<prefix>_<score>``."""
        return {f"{prefix}_{name}": float(value) for name, value in asdict(self).items() if name != "count"}


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
    angles = np.rad2deg(disorientation(Rotation.from_euler(predicted_euler), reference, symmetry))
    return Scores(
        count=len(found),
        r2=float(r2_score(expected, found)) if len(found) > 1 else float("nan"),
        mae=float(mean_absolute_error(expected, found)),
        mse=float(mean_squared_error(expected, found)),
        median=float(np.median(angles)),
        mean=float(np.mean(angles)),
        p95=float(np.percentile(angles, 95)),
        under_2=float(np.mean(angles < 2)),
        under_5=float(np.mean(angles < 5)),
    )
