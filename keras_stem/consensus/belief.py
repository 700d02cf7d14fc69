"""Belief propagation over the grid of positions."""

import numba
import numpy as np

from keras_stem.consensus.angles import tables
from keras_stem.consensus.candidates import CandidateMap
from keras_stem.consensus.settings import Consensus
from keras_stem.crystal.grains import neighbour_pairs

_TILE = 192
"""Rows and columns of positions that are processed at once, without the positions around them."""

_LEAST = 1e-30
"""Smallest relative probability of a candidate from its own pattern."""


def beliefs(candidates: CandidateMap, settings: Consensus) -> np.ndarray:
    """Return the probability of each candidate given its pattern and its neighbours.

    This is loopy belief propagation of sums and products with a fixed number of parallel iterations. Evidence
    thus travels as many positions as there are iterations, so that tiles which overlap by as many give the
    same result as the whole map.

    Parameters
    ----------
    candidates
        Candidates of a map.
    settings
        Settings of the consensus.

    Returns
    -------
    numpy.ndarray
        Shape (n, k), float32.

    References
    ----------
    Pearl, Probabilistic Reasoning in Intelligent Systems (1988).
    """
    rows, columns = candidates.shape
    index = np.arange(rows * columns).reshape(rows, columns)
    own = likelihoods(candidates.evidence, settings.temperature).astype(np.float32)
    out = np.empty(candidates.phase.shape, np.float32)
    for top in range(0, rows, _TILE):
        for left in range(0, columns, _TILE):
            inside = (slice(top, top + _TILE), slice(left, left + _TILE))
            around = tuple(
                slice(max(0, part.start - settings.iterations), part.stop + settings.iterations)
                for part in inside
            )
            places = index[around]
            found = _of_tile(candidates, own, places, settings).reshape(*places.shape, -1)
            kept = tuple(
                slice(part.start - wide.start, min(part.stop, size) - wide.start)
                for part, wide, size in zip(inside, around, (rows, columns), strict=True)
            )
            out[index[inside]] = found[kept]
    return out


def _of_tile(
    candidates: CandidateMap, own: np.ndarray, places: np.ndarray, settings: Consensus
) -> np.ndarray:
    """Return the beliefs of the positions of a tile, shape (m, k)."""
    chosen = places.ravel()
    pairs = neighbour_pairs(places.shape)
    apart = tables(candidates.quaternions[chosen], candidates.phase[chosen], pairs, *candidates.symmetry)
    alike = _compatibilities(apart, np.deg2rad(settings.bend), settings.boundary)
    own = own[chosen]
    edges, others = _neighbours(places.shape, pairs)
    messages = np.ones((len(chosen), 4, own.shape[1]), np.float32)  # exact, whatever the number of neighbours
    following = messages.copy()
    for _ in range(settings.iterations):
        _pass(own, alike, edges, others, messages, following)
        messages, following = following, messages
    found = own * np.prod(messages, axis=1, dtype=float)
    return found / found.sum(axis=1, keepdims=True)


def likelihoods(evidence: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities of candidates from the evidence of their own patterns, shape (n, k)."""
    best = evidence.max(axis=1, keepdims=True)
    relative = evidence - np.where(np.isfinite(best), best, 0)
    found = np.maximum(np.exp(relative / temperature), _LEAST)
    return found / found.sum(axis=1, keepdims=True)


def _neighbours(shape: tuple[int, int], pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pair and the neighbour to the right, left, below and above, shape (m, 4); -1 without one.

    A message from the right was sent to the left, so that opposite directions have numbers 2 k and 2 k + 1.
    """
    size = shape[0] * shape[1]
    edges, others = np.full((size, 4), -1), np.full((size, 4), -1)
    along = shape[0] * (shape[1] - 1)  # horizontal pairs come first
    for first, part in ((0, slice(0, along)), (2, slice(along, None))):
        numbers = np.arange(len(pairs))[part]
        for direction, (here, there) in enumerate(((0, 1), (1, 0))):
            edges[pairs[part, here], first + direction] = numbers
            others[pairs[part, here], first + direction] = pairs[part, there]
    return edges, others


@numba.njit(cache=True, parallel=True)
def _compatibilities(apart, bend, boundary):
    """Return how probable disorientations of neighbours are, relative to none, shape (m, k, k)."""
    out = np.empty_like(apart)
    for e in numba.prange(len(apart)):
        for i in range(apart.shape[1]):
            for j in range(apart.shape[2]):
                out[e, i, j] = np.exp(-boundary * min((apart[e, i, j] / bend) ** 2, 1.0))
    return out


@numba.njit(cache=True, parallel=True)
def _pass(own, alike, edges, others, messages, following):
    """Write the next messages from those of the last iteration."""
    size = own.shape[1]
    for v in numba.prange(len(own)):
        sent = np.empty(size, np.float32)
        for direction in range(4):
            e, u = edges[v, direction], others[v, direction]
            if e < 0:
                continue
            back = direction ^ 1
            for k in range(size):
                sent[k] = own[u, k]
                for other in range(4):
                    if other != back and edges[u, other] >= 0:
                        sent[k] *= messages[u, other, k]
            total = np.float32(0)
            for j in range(size):
                heard = np.float32(0)
                for k in range(size):
                    heard += sent[k] * (alike[e, j, k] if direction % 2 == 0 else alike[e, k, j])
                following[v, direction, j] = heard
                total += heard
            for j in range(size):
                following[v, direction, j] = following[v, direction, j] / total if total > 0 else 1 / size
