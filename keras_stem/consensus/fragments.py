"""Fragments of grains: connected positions with one orientation, and the orientations that they try."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np

from keras_stem.consensus.angles import angle_between, angles
from keras_stem.consensus.belief import likelihoods
from keras_stem.consensus.candidates import NONE, CandidateMap
from keras_stem.consensus.settings import Consensus
from keras_stem.crystal.grains import OUTSIDE, neighbour_pairs, number_connected

Refine = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Function of positions (m,), ascending, of orientations (m, k, 4) and their phases (m, k) at each, -1 where
there is none. It refines the orientations to the patterns and returns them and their correlations (m, k)."""

_POOLED = 1
"""Number of positions from which a fragment tries more orientations than its own."""

_MEMBERS = 40
"""Largest number of members of a fragment whose candidates propose orientations."""

_PROPOSED = 6
"""Largest number of orientations that the members of a fragment propose."""

_APART = 8.0
"""Smallest disorientation of proposed orientations (degrees)."""

_HOPELESS = 1e-4
"""Probability relative to the best candidate of its pattern below which a candidate proposes nothing."""

_BLOCK = 512
"""Number of positions whose patterns are compared at once."""


@dataclass(frozen=True)
class Fragments:
    """Connected positions whose preferred candidates continue each other.

    Parameters
    ----------
    numbers
        Fragment of each position, shape (n,), from 0; -1 for positions without candidates.
    chosen
        Number of the preferred candidate of each position, shape (n,).
    pairs
        Neighbours that belong to different fragments, shape (m, 2).
    """

    numbers: np.ndarray
    chosen: np.ndarray
    pairs: np.ndarray

    @cached_property
    def members(self) -> list[np.ndarray]:
        """Positions of each fragment, ascending."""
        order = np.argsort(self.numbers, kind="stable")
        order = order[self.numbers[order] != OUTSIDE]
        return np.split(order, np.cumsum(np.bincount(self.numbers[order]))[:-1])

    @cached_property
    def borders(self) -> dict[tuple[int, int], np.ndarray]:
        """Neighbours (m, 2) of each pair of adjacent fragments of several positions, the lower first."""
        both = self.numbers[self.pairs]
        sizes = np.bincount(self.numbers[self.numbers != OUTSIDE])
        large = (sizes[both] >= _POOLED).all(axis=1)
        pairs, both = self.pairs[large], both[large]
        swapped = both[:, 0] > both[:, 1]
        pairs[swapped], both[swapped] = pairs[swapped, ::-1], both[swapped, ::-1]
        order = np.lexsort((both[:, 1], both[:, 0]))
        pairs, both = pairs[order], both[order]
        new = np.flatnonzero(np.any(np.diff(both, axis=0), axis=1)) + 1
        firsts = np.concatenate([[0], new]).astype(int)[: len(both)]
        return {tuple(map(int, both[k])): part for k, part in zip(firsts, np.split(pairs, new), strict=False)}


@dataclass(frozen=True)
class Trials:
    """Orientations that all members of a fragment were refined to.

    Parameters
    ----------
    members
        Positions of the fragment, shape (m,), ascending.
    quaternions
        Orientations, lab to crystal, shape (m, h, 4).
    phase
        Phase index of each orientation, shape (h,).
    correlation
        Correlation with the patterns, shape (m, h).
    """

    members: np.ndarray
    quaternions: np.ndarray
    phase: np.ndarray
    correlation: np.ndarray


def find_fragments(candidates: CandidateMap, beliefs: np.ndarray, settings: Consensus) -> Fragments:
    """Return the fragments of the candidates that are most probable.

    Parameters
    ----------
    candidates
        Candidates of a map.
    beliefs
        Their probabilities, shape (n, k).
    settings
        Settings of the consensus.
    """
    chosen = np.where(candidates.phase == NONE, -1.0, beliefs).argmax(axis=1)
    rows = np.arange(len(chosen))
    phase, own = candidates.phase[rows, chosen], candidates.quaternions[rows, chosen]
    pairs = neighbour_pairs(candidates.shape)
    pairs = pairs[(phase[pairs] != NONE).all(axis=1)]
    alike = phase[pairs[:, 0]] == phase[pairs[:, 1]]
    apart = angles(own[pairs[:, 0]], own[pairs[:, 1]], phase[pairs[:, 0]], *candidates.symmetry)
    alike &= apart <= np.deg2rad(settings.same)
    numbers = number_connected(pairs[alike], phase != NONE)
    return Fragments(numbers, chosen, pairs[numbers[pairs[:, 0]] != numbers[pairs[:, 1]]])


def try_orientations(
    candidates: CandidateMap, fragments: Fragments, refine: Refine, settings: Consensus
) -> list[Trials]:
    """Return the orientations of each fragment, refined at all of its positions.

    They are those that its candidates have in common, and those of adjacent fragments.

    Parameters
    ----------
    candidates, fragments
        Candidates of a map, and its fragments.
    refine
        Refinement by the patterns.
    settings
        Settings of the consensus.
    """
    proposals = _proposals(candidates, fragments, settings)
    started = [
        _start(candidates, members, *proposed, settings)
        for members, proposed in zip(fragments.members, proposals, strict=True)
    ]
    _refine_missing(started, refine)
    return started


def _proposals(
    candidates: CandidateMap, fragments: Fragments, settings: Consensus
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return orientations (h, 4) and phases (h,) for each fragment."""
    weights = likelihoods(candidates.evidence, settings.temperature)
    weights /= weights.max(axis=1, keepdims=True)
    proposed = [
        _proposed(candidates, members, fragments.chosen, weights, settings) for members in fragments.members
    ]
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
    chosen: np.ndarray,
    weights: np.ndarray,
    settings: Consensus,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what the candidates of a fragment have in common; of a single position, its own orientation."""
    if len(members) < _POOLED:
        own = members[0], chosen[members[0]]
        return candidates.quaternions[own][None], candidates.phase[own][None]
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


def _start(
    candidates: CandidateMap,
    members: np.ndarray,
    proposed: np.ndarray,
    phase: np.ndarray,
    settings: Consensus,
) -> Trials:
    """Return the best candidates near the proposed orientations.

    Where a member has none, its correlation is NaN, and its orientation that of the nearest member with one,
    from which it will be refined.
    """
    quaternions, correlation = _nearest_candidates(
        candidates.quaternions[members],
        candidates.phase[members],
        candidates.correlation[members].astype(float),
        proposed,
        phase,
        *candidates.symmetry,
        np.deg2rad(settings.same),
    )
    places = np.stack(np.divmod(members, candidates.shape[1]), axis=1)
    for number in range(len(phase)):
        missing = np.isnan(correlation[:, number])
        if missing.any() and not missing.all():
            known = np.flatnonzero(~missing)
            nearest = _nearest_places(places[missing], places[known])
            quaternions[missing, number] = quaternions[known[nearest], number]
    return Trials(members, quaternions, phase, correlation)


@numba.njit(cache=True)
def _nearest_candidates(quaternions, phase, correlation, proposed, phases, groups, starts, near):
    """Return the best candidate within an angle of each proposed orientation, (m, h, 4), and its correlation.

    Without one, these are the proposed orientation and NaN.
    """
    size = len(quaternions)
    out = np.empty((size, len(proposed), 4), np.float32)
    best = np.full((size, len(proposed)), np.nan)
    for i in range(size):
        for h in range(len(proposed)):
            out[i, h] = proposed[h]
            low, high = starts[phases[h]], starts[phases[h] + 1]
            for k in range(quaternions.shape[1]):
                if phase[i, k] != phases[h] or correlation[i, k] <= best[i, h]:
                    continue
                if angle_between(quaternions[i, k], proposed[h], groups, low, high) <= near:
                    out[i, h], best[i, h] = quaternions[i, k], correlation[i, k]
    return out, best


@numba.njit(cache=True)
def _nearest_places(places, known):
    """Return the number of the nearest known place (row, column) for each place."""
    found = np.empty(len(places), np.int64)
    for i in range(len(places)):
        away = (known[:, 0] - places[i, 0]) ** 2 + (known[:, 1] - places[i, 1]) ** 2
        found[i] = away.argmin()
    return found


def _refine_missing(trials: list[Trials], refine: Refine) -> None:
    """Refine the orientations whose correlation is NaN, in blocks of ascending positions, in place."""
    missing = [np.argwhere(np.isnan(one.correlation)) for one in trials]
    fragment = np.repeat(np.arange(len(trials)), [len(one) for one in missing])
    row, number = np.concatenate([*missing, np.empty((0, 2), int)]).T
    position = np.concatenate([one.members[m[:, 0]] for one, m in zip(trials, missing, strict=True)])
    order = np.argsort(position, kind="stable")
    asked, first = np.unique(position[order], return_index=True)
    for start in range(0, len(asked), _BLOCK):
        ends = np.append(first, len(order))
        block = order[ends[start] : ends[min(start + _BLOCK, len(asked))]]
        _refine_block(trials, fragment[block], row[block], number[block], position[block], refine)


def _refine_block(
    trials: list[Trials],
    fragment: np.ndarray,
    row: np.ndarray,
    number: np.ndarray,
    position: np.ndarray,
    refine: Refine,
) -> None:
    """Refine the numbered orientations of rows of fragments, sorted by position, in place."""
    asked, place, counts = np.unique(position, return_inverse=True, return_counts=True)
    slot = np.arange(len(position)) - np.repeat(np.cumsum(counts) - counts, counts)
    quaternions = np.zeros((len(asked), counts.max(), 4))
    phase = np.full(quaternions.shape[:2], NONE)
    for k in range(len(position)):
        one = trials[fragment[k]]
        quaternions[place[k], slot[k]] = one.quaternions[row[k], number[k]]
        phase[place[k], slot[k]] = one.phase[number[k]]
    found, correlation = refine(asked, quaternions, phase)
    for k in range(len(position)):
        one = trials[fragment[k]]
        one.quaternions[row[k], number[k]] = found[place[k], slot[k]]
        one.correlation[row[k], number[k]] = correlation[place[k], slot[k]]
