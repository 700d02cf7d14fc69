"""Compiled disorientations between candidates."""

import numba
import numpy as np

# Point groups of all phases follow each other in one array of quaternions; those of phase p are from
# starts[p] to starts[p + 1].


@numba.njit(cache=True, nogil=True)
def angle_between(first, second, groups, low, high) -> float:
    """Return the disorientation of two quaternions (radians) under the operations from low to high."""
    a = first[0] * second[0] + first[1] * second[1] + first[2] * second[2] + first[3] * second[3]
    b = first[0] * second[1] - first[1] * second[0] + first[2] * second[3] - first[3] * second[2]
    c = first[0] * second[2] - first[2] * second[0] + first[3] * second[1] - first[1] * second[3]
    d = first[0] * second[3] - first[3] * second[0] + first[1] * second[2] - first[2] * second[1]
    largest = 0.0
    for k in range(low, high):
        along = abs(a * groups[k, 0] + b * groups[k, 1] + c * groups[k, 2] + d * groups[k, 3])
        largest = max(largest, along)
    return 2 * np.arccos(min(largest, 1.0))


@numba.njit(cache=True, parallel=True)
def tables(quaternions, phase, pairs, groups, starts) -> np.ndarray:
    """Return the disorientations between the candidates of neighbours (radians), shape (m, k, k), float32.

    Candidates of different phases, and absent ones, are pi apart.

    Parameters
    ----------
    quaternions, phase
        Those of a `keras_stem.consensus.candidates.CandidateMap`.
    pairs
        Neighbours, shape (m, 2).
    groups, starts
        Point groups.
    """
    size = quaternions.shape[1]
    out = np.full((len(pairs), size, size), np.pi, np.float32)
    for e in numba.prange(len(pairs)):
        u, v = pairs[e]
        for i in range(size):
            number = phase[u, i]
            for j in range(size):
                if number >= 0 and phase[v, j] == number:
                    out[e, i, j] = angle_between(
                        quaternions[u, i], quaternions[v, j], groups, starts[number], starts[number + 1]
                    )
    return out


@numba.njit(cache=True)  # mostly of a few pairs, for which threads would take longer
def angles(first, second, phase, groups, starts) -> np.ndarray:
    """Return the disorientation of pairs of quaternions (m, 4) of phases (m,), in radians, shape (m,)."""
    out = np.empty(len(first))
    for k in range(len(first)):
        out[k] = angle_between(first[k], second[k], groups, starts[phase[k]], starts[phase[k] + 1])
    return out
