"""Decision between the orientations of each region, and its probability."""

from collections.abc import Sequence
from dataclasses import replace

import numba
import numpy as np

from keras_stem.consensus.angles import angle_between
from keras_stem.consensus.answers import ConsensusMap
from keras_stem.consensus.candidates import NONE, CandidateMap, explained_disks
from keras_stem.consensus.joining import Region
from keras_stem.consensus.settings import Consensus
from keras_stem.consensus.trials import Trials
from keras_stem.crystal.grains import neighbour_pairs

_SHARED = 0.5
"""Error that all positions of a grain share, relative to that of a single one."""

_FLOOR, _ALONE = 0.05, 0.3
"""Smallest error of the evidence of a position, and the error that is assumed of few positions (disks)."""

_SLOPE = 2.0
"""Logarithm of the odds of two orientations by their difference relative to its error."""

SURE = 0.9
"""Probability of the orientation of a region below which it is ambiguous."""

_AT_BOUNDARY = np.array([1.0, 0.92, 0.8, 0.8, 0.8])
"""Probability that a position belongs to its region rather than to one beside it, by the number of its
neighbours in other regions. Grains overlap at inclined boundaries."""

_NEAR = 6.0
"""Disorientation from the orientations of a fragment up to which candidates belong to it (degrees)."""


def decide(
    candidates: CandidateMap,
    beliefs: np.ndarray,
    trials: list[Trials],
    regions: Sequence[Region],
    settings: Consensus,
) -> ConsensusMap:
    """Choose the orientation of the largest evidence for each region.

    The probability of an answer is that of its orientation, given the evidence of all positions of the
    region, times that of the position to belong to the region, which is lower at boundaries.

    Parameters
    ----------
    candidates, beliefs
        Candidates of a map and their probabilities after belief propagation.
    trials
        Orientations of all fragments.
    regions
        Joined fragments.
    settings
        Settings of the consensus.
    """
    size = len(candidates)
    out = ConsensusMap(
        quaternions=np.tile([1.0, 0, 0, 0], (size, 1)),
        phase=np.full(size, NONE),
        correlation=np.zeros(size),
        probability=np.zeros(size),
        ambiguous=np.ones(size, bool),
        alternative=np.tile([1.0, 0, 0, 0], (size, 1)),
        alternative_phase=np.full(size, NONE),
        alternative_probability=np.zeros(size),
        evidence=np.zeros(size),
        region=np.full(size, NONE),
    )
    for number, region in enumerate(regions):
        _decide_region(number, region, candidates, beliefs, trials, settings, out)
    beside = _unlike_neighbours(out.region, candidates.shape)
    belonging = _AT_BOUNDARY[beside]
    return replace(
        out,
        evidence=np.where(beside == 0, out.evidence, 0),  # it tells nothing of the regions beside
        probability=out.probability * belonging,
        alternative_probability=out.alternative_probability * belonging,
    )


def _unlike_neighbours(region: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the number of neighbours of each position that belong to other regions, shape (n,)."""
    pairs = neighbour_pairs(shape)
    return np.bincount(pairs[region[pairs[:, 0]] != region[pairs[:, 1]]].ravel(), minlength=len(region))


def _decide_region(
    number: int,
    region: Region,
    candidates: CandidateMap,
    beliefs: np.ndarray,
    trials: list[Trials],
    settings: Consensus,
    out: ConsensusMap,
) -> None:
    """Write the answers of a region."""
    members = np.concatenate([trials[one].members for one in region.fragments])
    quaternions, correlation, phase = _of_region(region, trials)
    evidence = explained_disks(candidates.disks[members, None], correlation)
    best, groups = region.best, candidates.symmetry
    distinct = _are_distinct(quaternions, phase, best, *groups, np.deg2rad(settings.same))
    odds = np.where(distinct, _odds(evidence[:, best, None] - evidence), 0)
    odds[best] = 1
    inside = np.concatenate([_inside(candidates, beliefs, trials[one]) for one in region.fragments])
    share = odds / odds.sum()
    out.quaternions[members], out.phase[members] = quaternions[:, best], phase[best]
    out.correlation[members], out.region[members] = correlation[:, best], number
    out.probability[members] = share[best] * inside
    out.ambiguous[members] = share[best] * inside < SURE
    out.evidence[members] = evidence[:, best]
    if distinct.any():
        second = int(np.where(distinct, share, -1).argmax())
        out.alternative[members], out.alternative_phase[members] = quaternions[:, second], phase[second]
        out.alternative_probability[members] = share[second] * inside
        out.evidence[members] -= evidence[:, second]


def _inside(candidates: CandidateMap, beliefs: np.ndarray, trials: Trials) -> np.ndarray:
    """Return the belief in the candidates of a fragment that are near its orientations, shape (m,)."""
    own = trials.members
    return _share_near(
        candidates.quaternions[own],
        candidates.phase[own],
        beliefs[own],
        trials.quaternions,
        trials.phase,
        *candidates.symmetry,
        np.deg2rad(_NEAR),
    )


def _of_region(region: Region, trials: list[Trials]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return orientations (m, h, 4), correlations (m, h) and phases (h,) of a region."""
    numbers = [[one[fragment] for one in region.orientations] for fragment in region.fragments]
    chosen = list(zip(region.fragments, numbers, strict=True))
    quaternions = np.concatenate([trials[one].quaternions[:, places] for one, places in chosen])
    correlation = np.concatenate([trials[one].correlation[:, places] for one, places in chosen])
    return quaternions, correlation, trials[chosen[0][0]].phase[chosen[0][1]]


def _odds(differences: np.ndarray) -> np.ndarray:
    """Return the odds of orientations that explain fewer disks than the best, by differences (m, h).

    The differences scatter by what their patterns do not have in common. A part of that scatter, such as the
    intensities of dynamical diffraction, is an error of the whole grain.
    """
    size = len(differences)
    scatter = differences.var(axis=0, ddof=1) if size > 1 else 0
    few = _ALONE**2 / size if size < 4 else 0
    error = np.sqrt((scatter + few + _FLOOR**2) * (1 / size + _SHARED**2))
    return np.exp(-_SLOPE * differences.mean(axis=0) / error)


@numba.njit(cache=True)
def _are_distinct(quaternions, phase, best, groups, starts, same):
    """Return whether each orientation of a region differs from the best one, shape (h,)."""
    size, count = quaternions.shape[:2]
    out = np.zeros(count, numba.boolean)
    low, high = starts[phase[best]], starts[phase[best] + 1]
    for h in range(count):
        apart = np.full(size, np.pi)
        if phase[h] == phase[best]:
            for i in range(size):
                apart[i] = angle_between(quaternions[i, h], quaternions[i, best], groups, low, high)
        out[h] = np.median(apart) > same
    return out


@numba.njit(cache=True)
def _share_near(candidates, candidate_phase, beliefs, quaternions, phase, groups, starts, near):
    """Return the belief in candidates that are near one of the orientations, shape (m,)."""
    out = np.zeros(len(candidates))
    for i in range(len(candidates)):
        for k in range(candidates.shape[1]):
            number = candidate_phase[i, k]
            for h in range(len(phase)):
                if number < 0 or phase[h] != number:
                    continue
                low, high = starts[number], starts[number + 1]
                if angle_between(candidates[i, k], quaternions[i, h], groups, low, high) <= near:
                    out[i] += beliefs[i, k]
                    break
    return np.minimum(out, 1.0)
