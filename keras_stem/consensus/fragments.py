"""Fragments of grains: connected positions whose preferred candidates continue each other."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keras_stem.consensus.angles import angles
from keras_stem.consensus.candidates import NONE, CandidateMap
from keras_stem.consensus.settings import Consensus
from keras_stem.crystal.grains import OUTSIDE, neighbour_pairs, number_connected


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
        if not len(order):
            return []
        return np.split(order, np.cumsum(np.bincount(self.numbers[order]))[:-1])

    @cached_property
    def borders(self) -> dict[tuple[int, int], np.ndarray]:
        """Neighbours (m, 2) of each pair of adjacent fragments, the lower number first."""
        pairs, both = self.pairs.copy(), self.numbers[self.pairs]
        if not len(pairs):
            return {}
        swapped = both[:, 0] > both[:, 1]
        pairs[swapped], both[swapped] = pairs[swapped, ::-1], both[swapped, ::-1]
        order = np.lexsort((both[:, 1], both[:, 0]))
        pairs, both = pairs[order], both[order]
        new = np.flatnonzero(np.any(np.diff(both, axis=0), axis=1)) + 1
        firsts = both[np.concatenate([[0], new])].tolist()
        return {tuple(first): part for first, part in zip(firsts, np.split(pairs, new), strict=True)}


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
