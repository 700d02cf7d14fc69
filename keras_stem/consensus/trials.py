"""Refinement of the orientations of each fragment at all of its positions."""

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np

from keras_stem.consensus.angles import angle_between
from keras_stem.consensus.candidates import NONE, CandidateMap
from keras_stem.consensus.fragments import Fragments
from keras_stem.consensus.proposals import propose_orientations
from keras_stem.consensus.settings import Consensus

Refine = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Function of positions (m,), ascending, of orientations (m, k, 4) and their phases (m, k) at each, -1 where
there is none. It refines the orientations to the patterns and returns them and their correlations (m, k)."""

Progress = Callable[[int, int], None]
"""Function of the number of positions whose patterns were compared, and of all that will be."""

_BLOCK = 512
"""Number of positions whose patterns are compared at once."""


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


def try_orientations(
    candidates: CandidateMap,
    fragments: Fragments,
    refine: Refine,
    settings: Consensus,
    progress: Progress = lambda done, total: None,
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
    progress
        Called after each block of positions.
    """
    proposals = propose_orientations(candidates, fragments, settings)
    started = [
        _start(candidates, members, *proposed, settings)
        for members, proposed in zip(fragments.members, proposals, strict=True)
    ]
    if started:
        _refine_missing(started, refine, progress)
    return started


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


def _refine_missing(trials: list[Trials], refine: Refine, progress: Progress) -> None:
    """Refine the orientations whose correlation is NaN, in blocks of ascending positions, in place."""
    missing = [np.argwhere(np.isnan(one.correlation)) for one in trials]
    fragment = np.repeat(np.arange(len(trials)), [len(one) for one in missing])
    row, number = np.concatenate(missing).T
    position = np.concatenate([one.members[m[:, 0]] for one, m in zip(trials, missing, strict=True)])
    order = np.argsort(position, kind="stable")
    asked, first = np.unique(position[order], return_index=True)
    ends = np.append(first, len(order))
    for start in range(0, len(asked), _BLOCK):
        stop = min(start + _BLOCK, len(asked))
        block = order[ends[start] : ends[stop]]
        _refine_block(trials, fragment[block], row[block], number[block], position[block], refine)
        progress(stop, len(asked))


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
