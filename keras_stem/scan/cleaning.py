"""Patterns mended: pixels that count too much or not at all."""

import numpy as np
from scipy.ndimage import label, median_filter

HOT = 10.0
"""A pixel is hot whose mean count exceeds so many times the median of its neighbourhood."""

DEAD = 0.02
"""A pixel is dead whose mean count is below this share of the median of its neighbourhood."""

LARGEST_HOT = 3
"""So many hot pixels may touch each other; more of them are a disk."""

_NEIGHBOURHOOD = 5


def bad_pixels(sample: np.ndarray) -> np.ndarray:
    """Find hot and dead pixels.

    They are bad in all patterns, so that the mean pattern shows them, where spots of many orientations
    blur.

    Parameters
    ----------
    sample
        Patterns of positions all over the scan, shape (n, H, W).

    Returns
    -------
    numpy.ndarray
        Shape (H, W), bool.
    """
    mean = sample.mean(axis=0, dtype=float)
    around = median_filter(mean, _NEIGHBOURHOOD)
    # Where hardly an electron arrives, neither many nor few counts mean anything.
    noise = np.sqrt(np.maximum(mean, around) / len(sample)) + 1 / len(sample)
    hot = (mean > HOT * around) & (mean - around > 10 * noise)
    dead = (mean < DEAD * around) & (around - mean > 10 * noise)
    return (hot & ~_of_disks(hot)) | dead


def _of_disks(hot: np.ndarray) -> np.ndarray:
    """Return which pixels are as many together as those of a disk: a direct beam that does not move."""
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
        Like ``patterns``.
    """
    mended = patterns.copy()
    for row, column in np.argwhere(bad):
        around = np.s_[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
        good = patterns[:, *around][:, ~bad[around]]
        if good.size:
            mended[:, row, column] = np.median(good, axis=1)
    return mended
