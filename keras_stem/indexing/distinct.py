"""Compiled choice of distinct orientations under the symmetry of the crystal."""

import numba
import numpy as np


@numba.njit(cache=True, parallel=True)
def distinct(candidates, scores, operations, angle, most) -> np.ndarray:
    """Return the best candidates of each pattern that differ from all better ones.

    Parameters
    ----------
    candidates, scores
        Orientation matrices (lab to crystal), shape (n, k, 3, 3), and their scores, shape (n, k); candidates
        of a score of 0 are none.
    operations
        Proper point group, shape (s, 3, 3).
    angle
        Smallest disorientation (radians).
    most
        Largest number of candidates.

    Returns
    -------
    numpy.ndarray
        Shape (n, most), the best first; -1 where there are no more.
    """
    largest_trace = 1 + 2 * np.cos(angle)
    out = np.full((len(candidates), most), -1)
    for k in numba.prange(len(candidates)):
        count = 0
        for place in np.argsort(-scores[k]):
            if count == most or not scores[k, place] > 0:
                break
            new = True
            for i in range(count):
                if _trace(candidates[k, place], candidates[k, out[k, i]], operations) > largest_trace:
                    new = False
                    break
            if new:
                out[k, count] = place
                count += 1
    return out


@numba.njit(cache=True)
def _trace(first, second, operations):
    """Return the largest trace of the equivalent rotations between two orientations."""
    between, largest = np.zeros((3, 3)), -1.0
    for i in range(3):
        for j in range(3):
            for k in range(3):
                between[i, j] += first[i, k] * second[j, k]
    for operation in operations:
        trace = 0.0
        for i in range(3):
            for j in range(3):
                trace += operation[i, j] * between[j, i]
        largest = max(largest, trace)
    return largest
