"""Detection and repair of hot and dead detector pixels."""

import numpy as np
from scipy.ndimage import label, median_filter

HOT = 10.0
"""Ratio of a pixel's mean count to the median of its neighbourhood above which it is hot."""

DEAD = 0.02
"""Ratio of a pixel's mean count to the median of its neighbourhood below which it is dead."""

LARGEST_HOT = 3
"""Largest number of connected hot pixels; larger clusters are disks."""

_NEIGHBOURHOOD = 5


def bad_pixels(sample: np.ndarray) -> np.ndarray:
    """Find hot and dead pixels.

    Bad pixels are bad in all patterns. They stand out in the mean pattern, in which the spots of many
    orientations average out.

    Parameters
    ----------
    sample
        Patterns sampled over the whole scan, shape (n, H, W).

    Returns
    -------
    numpy.ndarray
        Shape (H, W), bool.
    """
    mean = sample.mean(axis=0, dtype=float)
    around = median_filter(mean, _NEIGHBOURHOOD)
    # Where hardly any electrons arrive, neither high nor low counts are significant.
    noise = np.sqrt(np.maximum(mean, around) / len(sample)) + 1 / len(sample)
    hot = (mean > HOT * around) & (mean - around > 10 * noise)
    dead = (mean < DEAD * around) & (around - mean > 10 * noise)
    return (hot & ~_of_disks(hot)) | dead


def _of_disks(hot: np.ndarray) -> np.ndarray:
    """Return the hot pixels in clusters as large as a disk, such as that of a stationary direct beam."""
    numbers, _ = label(hot, np.ones((3, 3)))
    return hot & (np.bincount(numbers.ravel()) > LARGEST_HOT)[numbers]


def repair(patterns: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Replace bad pixels by the median of the good ones around them.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    bad
        Shape (H, W), bool.

    Returns
    -------
    numpy.ndarray
        Shape and type of ``patterns``.
    """
    mended = patterns.copy()
    for row, column in np.argwhere(bad):
        around = np.s_[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
        good = patterns[:, *around][:, ~bad[around]]
        if good.size:
            mended[:, row, column] = np.median(good, axis=1)
    return mended
