"""The most probable candidates of each position, before and after neighbours were heard."""

import numba
import numpy as np

from keras_stem.consensus.angles import angle_between
from keras_stem.consensus.answers import RANKED, ConsensusMap, RankedCandidates
from keras_stem.consensus.belief import likelihoods
from keras_stem.consensus.candidates import NONE, CandidateMap
from keras_stem.consensus.statement import UNIT


def ranked_candidates(
    candidates: CandidateMap, beliefs: np.ndarray, found: ConsensusMap, same: float
) -> RankedCandidates:
    """Return the most probable candidates of each position.

    Parameters
    ----------
    candidates, beliefs
        Candidates of a map and their probabilities after belief propagation.
    found
        Answers of the consensus.
    same
        Disorientation up to which candidates are one orientation (degrees).
    """
    size = len(candidates)
    quaternions = np.zeros((size, RANKED, 4), np.float32)
    quaternions[..., 0] = 1
    phase = np.full((size, RANKED), NONE, np.int16)
    before, after = np.zeros((2, size, RANKED), np.float32)
    for place, kind in enumerate(("", "alternative_")):
        quaternions[:, place] = found.quaternions if place == 0 else found.alternative
        phase[:, place] = getattr(found, f"{kind}phase")
        after[:, place] = getattr(found, f"{kind}probability")
    alone = likelihoods(candidates.evidence, UNIT)
    known = candidates.quaternions, candidates.phase, alone, beliefs, *candidates.symmetry
    _complete(*known, np.deg2rad(same), quaternions, phase, before, after)
    return RankedCandidates(quaternions, phase, before, after)


@numba.njit(cache=True)
def _complete(
    candidates, candidate_phase, alone, beliefs, groups, starts, same, quaternions, phase, before, after
):
    """Add the probabilities of the pattern alone, and the most probable of the other candidates.

    Candidates that are one orientation count together. The others have together what the answer and the
    alternative leave.
    """
    size, count = candidate_phase.shape
    for i in range(size):
        left = max(1.0 - after[i].sum(), 0.0)
        taken = candidate_phase[i] < 0
        for place in range(phase.shape[1]):
            if place >= 2:
                best = -1
                for k in range(count):
                    if not taken[k] and (best < 0 or alone[i, k] > alone[i, best]):
                        best = k
                if best < 0:
                    break
                quaternions[i, place], phase[i, place] = candidates[i, best], candidate_phase[i, best]
            number, heard = phase[i, place], 0.0
            if number < 0:
                continue
            for k in range(count):
                if taken[k] or candidate_phase[i, k] != number:
                    continue
                low, high = starts[number], starts[number + 1]
                if angle_between(candidates[i, k], quaternions[i, place], groups, low, high) <= same:
                    taken[k] = True
                    before[i, place] += alone[i, k]
                    heard += beliefs[i, k]
            if place >= 2:
                after[i, place] = min(heard, left)
                left -= after[i, place]
