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


def properties_of(
    found: ConsensusMap, disks: np.ndarray, to_phase: Rotation | None = None
) -> dict[str, np.ndarray]:
    """Return the properties of a map that tell how sure a consensus is of its answers.

    Parameters
    ----------
    found
        Answers of a consensus.
    disks
        Number of disks that are seen in each pattern, shape (n,).
    to_phase
        Rotation from the crystal axes of the answers to those of the map; None if they are the same.

    Returns
    -------
    dict
        "uncertainty" and "uncertainty_95", the bounds of 68 and 95 % of the errors (degrees);
        "out_of_distribution" (1 for patterns that the answers do not explain); "probability" of the answer;
        "ambiguous" (1 where the whole grain does not decide); and of the second-best orientation of the
        grain "alternative_euler" (Bunge, radians, NaN without one), "alternative_phase_id" (-1 without one)
        and "alternative_probability".
    """
    marked = unexplained(100 * found.correlation, disks)
    bound_68, bound_95 = error_bounds(_equivalent_evidence(found), marked)
    other = Rotation(found.alternative)
    euler = euler_of(other if to_phase is None else to_phase * other)
    absent = found.alternative_phase == NONE
    return {
        "uncertainty": bound_68,
        "uncertainty_95": bound_95,
        "out_of_distribution": marked.astype(np.uint8),
        "probability": found.probability,
        "ambiguous": found.ambiguous.astype(np.uint8),
        "alternative_euler": np.where(absent[:, None], np.nan, euler),
        "alternative_phase_id": found.alternative_phase,
        "alternative_probability": found.alternative_probability,
    }


def _equivalent_evidence(found: ConsensusMap) -> np.ndarray:
    """Return the evidence by which a pattern alone would make the answers as probable, shape (n,).

    It is that of the pattern itself where that is larger, and the grain is not ambiguous.
    """
    likely = np.clip(found.probability, 1 - _LARGEST, _LARGEST)
    equivalent = UNIT * np.log(likely / (1 - likely))
    return np.where(found.ambiguous, equivalent, np.maximum(equivalent, found.evidence))
