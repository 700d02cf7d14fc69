"""Answers of a consensus."""

from dataclasses import dataclass

import numpy as np

RANKED = 4
"""Number of candidates that are kept of each position: the answer, the alternative, and two others."""


@dataclass(frozen=True)
class RankedCandidates:
    """The most probable candidates of n positions.

    Parameters
    ----------
    quaternions
        Orientations, lab to crystal, shape (n, 4, 4): the answer, the second-best orientation of its region,
        and the two of the others that are most probable.
    phase
        Phase index of each, shape (n, 4); -1 where there is none.
    before
        Probability given the pattern alone, shape (n, 4), float32.
    after
        Probability given the whole map, shape (n, 4), float32.
    """

    quaternions: np.ndarray
    phase: np.ndarray
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class ConsensusMap:
    """Answers for the n positions of a map.

    Parameters
    ----------
    quaternions
        Orientations, lab to crystal, shape (n, 4).
    phase
        Phase index, shape (n,); -1 where there is no answer.
    correlation
        Correlation of pattern and expected spots, shape (n,).
    probability
        Probability of the answer, shape (n,).
    ambiguous
        Whether the evidence of the whole region does not decide for the answer, shape (n,).
    alternative, alternative_phase, alternative_probability
        Orientation that is second best for the region, its phase (-1 without one) and probability.
    evidence
        Evidence for the answer relative to the alternative, from the pattern of the position alone, shape
        (n,); that for the answer without an alternative; 0 beside other regions.
    region
        Number of the region of each position, shape (n,); -1 without an answer.
    ranked
        The most probable candidates of each position; None if they were not ranked.
    """

    quaternions: np.ndarray
    phase: np.ndarray
    correlation: np.ndarray
    probability: np.ndarray
    ambiguous: np.ndarray
    alternative: np.ndarray
    alternative_phase: np.ndarray
    alternative_probability: np.ndarray
    evidence: np.ndarray
    region: np.ndarray
    ranked: RankedCandidates | None = None
