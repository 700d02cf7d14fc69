"""Compiled correlation of polar images with templates at all azimuths."""

import numba
import numpy as np

_NEAR = 45
"""Share of a turn, 8 degrees, within which an azimuth is about another one."""


@numba.njit(cache=True, parallel=True, fastmath=True)
def best_azimuths(images, starts, rings, turns, weights) -> tuple[np.ndarray, np.ndarray]:
    """Return the two best azimuths of each template and of its mirror image, and their correlations.

    The second azimuth is the best of those about half a turn away, since most patterns are nearly the same
    after half a turn about the beam.

    Parameters
    ----------
    images
        Polar images, shape (n, radii, azimuths), float32.
    starts, rings, turns, weights
        Arrays of a `keras_stem.indexing.bank.Bank` of m templates.

    Returns
    -------
    azimuths, correlations : numpy.ndarray
        Shape (n, 2, 2, m): first and second azimuth, template and mirror image, template.
    """
    count, radii, size = images.shape
    most = len(starts) - 1
    azimuths = np.empty((count, 2, 2, most), np.int32)
    found = np.empty((count, 2, 2, most), np.float32)
    for k in numba.prange(count):
        twice = np.empty((radii, 2 * size), np.float32)  # so that no azimuth wraps around
        twice[:, :size], twice[:, size:] = images[k], images[k]
        sums = np.empty((2, size), np.float32)
        for number in range(most):
            sums[:] = 0
            for spot in range(starts[number], starts[number + 1]):
                weight, ring, turn = weights[spot], twice[rings[spot]], turns[spot]
                turned, mirrored = ring[turn : turn + size], ring[size - turn : 2 * size - turn]
                for i in range(size):
                    sums[0, i] += weight * turned[i]
                    sums[1, i] += weight * mirrored[i]
            for side in range(2):
                best = np.argmax(sums[side])
                opposite = _opposite(sums[side], best)
                azimuths[k, 0, side, number], azimuths[k, 1, side, number] = best, opposite
                found[k, 0, side, number], found[k, 1, side, number] = sums[side, best], sums[side, opposite]
    return azimuths, found


@numba.njit(cache=True)
def _opposite(sums, best):
    """Return the azimuth of the largest sum near half a turn from another azimuth."""
    size = len(sums)
    reach, opposite = max(1, size // _NEAR), best + size // 2
    chosen = opposite % size
    for place in range(opposite - reach, opposite + reach + 1):
        if sums[place % size] > sums[chosen]:
            chosen = place % size
    return chosen
