"""What a map states of the answers of a consensus."""

import numpy as np
from orix.quaternion import Rotation

from keras_stem.consensus.answers import ConsensusMap, RankedCandidates
from keras_stem.consensus.candidates import NONE
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
        and "alternative_probability"; and those of `ranked_properties`, if candidates were ranked.
    """
    marked = unexplained(100 * found.correlation, disks)
    bound_68, bound_95 = error_bounds(_equivalent_evidence(found), marked)
    return {
        "uncertainty": bound_68,
        "uncertainty_95": bound_95,
        "out_of_distribution": marked.astype(np.uint8),
        "probability": found.probability,
        "ambiguous": found.ambiguous.astype(np.uint8),
        "alternative_euler": _angles(found.alternative, found.alternative_phase, to_phase),
        "alternative_phase_id": found.alternative_phase,
        "alternative_probability": found.alternative_probability,
        **({} if found.ranked is None else ranked_properties(found.ranked, to_phase)),
    }


def ranked_properties(ranked: RankedCandidates, to_phase: Rotation | None = None) -> dict[str, np.ndarray]:
    """Return the properties of a map that list the most probable candidates of each position.

    Parameters
    ----------
    ranked
        Candidates.
    to_phase
        As for `properties_of`.

    Returns
    -------
    dict
        "candidate_angles" (Bunge, radians, shape (n, 4, 3), NaN without one), "candidate_phases" (-1 without
        one), and their probabilities given the pattern alone, "candidate_before", and given the map,
        "candidate_after", shape (n, 4).
    """
    flat = ranked.quaternions.reshape(-1, 4)
    angles = _angles(flat, ranked.phase.ravel(), to_phase).reshape(*ranked.phase.shape, 3)
    return {
        "candidate_angles": angles.astype(np.float32),
        "candidate_phases": ranked.phase.astype(np.int8),
        "candidate_before": ranked.before,
        "candidate_after": ranked.after,
    }


def _angles(quaternions: np.ndarray, phase: np.ndarray, to_phase: Rotation | None) -> np.ndarray:
    """Return Bunge Euler angles in the axes of the map (radians), shape (m, 3); NaN without a phase."""
    rotations = Rotation(quaternions)
    euler = euler_of(rotations if to_phase is None else to_phase * rotations)
    return np.where((phase == NONE)[:, None], np.nan, euler)


def _equivalent_evidence(found: ConsensusMap) -> np.ndarray:
    """Return the evidence by which a pattern alone would make the answers as probable, shape (n,).

    It is that of the pattern itself where that is larger, and the grain is not ambiguous.
    """
    likely = np.clip(found.probability, 1 - _LARGEST, _LARGEST)
    equivalent = UNIT * np.log(likely / (1 - likely))
    return np.where(found.ambiguous, equivalent, np.maximum(equivalent, found.evidence))
