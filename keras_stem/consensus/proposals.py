"""Orientations that the positions of a fragment try: what their candidates have in common."""

import numba
import numpy as np

from keras_stem.consensus.angles import angle_between
from keras_stem.consensus.belief import likelihoods
from keras_stem.consensus.candidates import NONE, CandidateMap
from keras_stem.consensus.fragments import Fragments
from keras_stem.consensus.settings import Consensus

_MEMBERS = 40
"""Largest number of members of a fragment whose candidates propose orientations."""

_PROPOSED = 6
"""Largest number of orientations that the members of a fragment propose."""

_APART = 8.0
"""Smallest disorientation of proposed orientations (degrees)."""

_HOPELESS = 1e-4
"""Probability relative to the best candidate of its pattern below which a candidate proposes nothing."""


def propose_orientations(
    candidates: CandidateMap, fragments: Fragments, settings: Consensus
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return orientations (h, 4) and their phases (h,) for each fragment.

    They are those that candidates of the fragment have in common, and those of adjacent fragments.

    Parameters
    ----------
    candidates, fragments
        Candidates of a map, and its fragments.
    settings
        Settings of the consensus.
    """
    weights = likelihoods(candidates.evidence, settings.temperature)
    weights /= weights.max(axis=1, keepdims=True)
    proposed = [_proposed(candidates, members, weights, settings) for members in fragments.members]
    received: list[list[int]] = [[] for _ in proposed]
    for (first, second), pairs in fragments.borders.items():
        here, there = pairs[len(pairs) // 2]
        received[first].append(there)
        received[second].append(here)
    apart = np.deg2rad(settings.same)
    groups, starts = candidates.symmetry
    for number, positions in enumerate(received):
        for position in positions:
            chosen = fragments.chosen[position]
            new, phase = candidates.quaternions[position, chosen], candidates.phase[position, chosen]
            known, phases = proposed[number]
            if not _is_near(known, phases, new, phase, groups, starts, apart):
                proposed[number] = np.concatenate([known, new[None]]), np.append(phases, phase)
    return proposed


def _proposed(
    candidates: CandidateMap,
    members: np.ndarray,
    weights: np.ndarray,
    settings: Consensus,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the orientations that the candidates of a fragment have in common."""
    if len(members) > _MEMBERS:
        members = members[np.linspace(0, len(members) - 1, _MEMBERS).astype(int)]
    weight = weights[members].ravel()
    kept = (weight > _HOPELESS) & (candidates.phase[members].ravel() != NONE)
    quaternions, phase = candidates.quaternions[members].reshape(-1, 4)[kept], candidates.phase[members]
    phase = phase.ravel()[kept]
    limits = np.deg2rad(settings.same), np.deg2rad(_APART)
    places = _common(quaternions, phase, weight[kept], *candidates.symmetry, *limits, _PROPOSED)
    return quaternions[places], phase[places]


@numba.njit(cache=True)
def _common(quaternions, phase, weights, groups, starts, near, apart, most):
    """Return the numbers of the orientations with the largest weights around them."""
    size = len(quaternions)
    between = np.full((size, size), np.pi, np.float32)
    for i in range(size):
        between[i, i] = 0.0
        for j in range(i):
            if phase[i] == phase[j]:
                low, high = starts[phase[i]], starts[phase[i] + 1]
                between[i, j] = angle_between(quaternions[i], quaternions[j], groups, low, high)
                between[j, i] = between[i, j]
    support = np.zeros(size)
    for i in range(size):
        for j in range(size):
            if between[i, j] < near:
                support[i] += weights[j]
    found = np.empty(most, np.int64)
    count = 0
    while count < most and support.max() > 0:
        best = support.argmax()
        found[count] = best
        count += 1
        for i in range(size):
            if between[best, i] <= apart:
                support[i] = 0.0
    return found[:count]


@numba.njit(cache=True)
def _is_near(quaternions, phases, new, phase, groups, starts, apart):
    """Return whether an orientation is one of those known."""
    low, high = starts[phase], starts[phase + 1]
    for k in range(len(quaternions)):
        if phases[k] == phase and angle_between(quaternions[k], new, groups, low, high) <= apart:
            return True
    return False
