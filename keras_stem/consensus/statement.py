"""What a map states of the answers of a consensus."""

import numpy as np
from orix.quaternion import Rotation

from keras_stem.consensus.candidates import NONE
from keras_stem.consensus.decision import ConsensusMap
from keras_stem.crystal.euler import euler_of
from keras_stem.indexing.calibration import error_bounds, unexplained

UNIT = 0.13
"""Evidence of a single pattern that makes an orientation e times as probable (disks)."""

_LARGEST = 0.9999
"""Largest probability that is converted to evidence."""


def bounds_and_marks(found: ConsensusMap, disks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return bounds of 68 and 95 % of the errors (degrees) and the mask of unexplained patterns, shapes (n,).

    Parameters
    ----------
    found
        Answers of a consensus.
    disks
        Number of disks that are seen in each pattern, shape (n,).
    """
    marked = unexplained(100 * found.correlation, disks)
    likely = np.clip(found.probability, 1 - _LARGEST, _LARGEST)
    equivalent = UNIT * np.log(likely / (1 - likely))
    evidence = np.where(found.ambiguous, equivalent, np.maximum(equivalent, found.evidence))
    return *error_bounds(evidence, marked), marked


def probabilities(found: ConsensusMap, to_phase: Rotation | None = None) -> dict[str, np.ndarray]:
    """Return the properties of a map that tell how sure the consensus is.

    Parameters
    ----------
    found
        Answers of a consensus.
    to_phase
        Rotation from the crystal axes of the answers to those of the map; None if they are the same.

    Returns
    -------
    dict
        "probability" of the answer; "ambiguous" (1 where the whole grain does not decide); and of the
        second-best orientation of the grain "alternative_euler" (Bunge, radians, NaN without one),
        "alternative_phase_id" (-1 without one) and "alternative_probability".
    """
    other = Rotation(found.alternative)
    euler = euler_of(other if to_phase is None else to_phase * other)
    absent = found.alternative_phase == NONE
    return {
        "probability": found.probability,
        "ambiguous": found.ambiguous.astype(np.uint8),
        "alternative_euler": np.where(absent[:, None], np.nan, euler),
        "alternative_phase_id": found.alternative_phase,
        "alternative_probability": found.alternative_probability,
    }
