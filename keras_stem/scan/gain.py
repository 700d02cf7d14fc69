"""Detector gain, the value of one electron, estimated from the noise of patterns.

The variance of counts equals their mean, so the variance of values with a gain is the gain times their mean
(the photon transfer method: Janesick, Photon Transfer, SPIE 2007). Readout noise adds to the variance and an
offset adds to the mean. The gain is then the slope of a line fitted to variance against mean, provided that
the patterns have both dark and bright regions.
"""

from dataclasses import dataclass

import numpy as np

BLOCK = 4
"""Side of the blocks of a pattern in which mean and variance are compared (pixels). Larger blocks contain
disks: the gain estimated from simulated patterns of 64 pixels and 100,000 electrons was 9.8 with 16 pixels
and 1.15 with 4 (``benchmarks/gain.py``)."""

_GROUPS, _GROUP_SIZE = 8, 50
"""Number of groups of detector blocks from dark to bright, and smallest number of samples in a group."""

_BACKGROUND = 0.75
"""Fraction of the blocks in a group, and of the groups, that are free of spots."""

_PROPORTIONAL = 0.5
"""Smallest significant variance at zero mean, relative to that of the darkest group; also for an offset."""

_EVEN_LIGHT, _DARK, _SMALLEST = 0.8, 0.3, 0.01
"""Thresholds for evenly lit patterns: where the darkest group exceeds the first fraction of the median mean,
and the quantile ``_SMALLEST`` of the pixels exceeds the second, an offset cannot be distinguished from
counts."""

_WIDE = 0.3
"""Smallest range of group means, relative to the median mean, that determines the variance at zero mean."""

_AGREEMENT = 0.1
"""Relative tolerance between the slopes of the two halves of the patterns, and of groups from the line."""

_CONTRAST = 3.0
"""Smallest variance ratio of the brightest to the darkest group for a reliable slope."""

_BRIGHTEST = 1e6
"""Number of electrons in a pixel above which the values are considered free of noise."""


@dataclass(frozen=True)
class NoiseGain:
    """Gain estimated from the noise of patterns.

    Parameters
    ----------
    value
        Value of one electron; NaN if it cannot be determined.
    of_counts
        Whether the variance is proportional to the mean, as for counts. Otherwise the values have, or may
        have, readout noise or an offset.
    """

    value: float
    of_counts: bool


def estimate_gain(sample: np.ndarray) -> NoiseGain:
    """Estimate the value of one electron from the mean and variance of neighbouring pixels.

    The variance in each block of a pattern is estimated from second differences of adjacent pixels, which are
    insensitive to intensity gradients. The median ratio of variance to mean over all blocks represents the
    background rather than the spots. Where variance and mean are not proportional, the slope of a fitted line
    is used if it is reliable.

    Parameters
    ----------
    sample
        Shape (n, H, W).
    """
    if sample.shape[2] < 3:
        return NoiseGain(np.nan, True)
    mean, variance = _moments(sample)
    lit = mean > 0
    gain = float(np.median(variance[lit] / mean[lit])) if lit.any() else 0.0
    if not (gain > 0 and sample.max() / gain < _BRIGHTEST):
        return NoiseGain(np.nan, True)
    lines = [_Line(*halves) for halves in _halves(mean, variance)]
    if _are_of_counts(sample, mean, lines):
        return NoiseGain(gain, True)
    return NoiseGain(_certain_slope(lines), False)


def _moments(sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and variance of each block of each pattern, both of shape (n, blocks)."""
    values = sample.astype(np.float64)
    rows, columns = (side // BLOCK for side in values.shape[1:])
    if not (rows and columns):
        values = values[:, None, :, None]  # a pattern smaller than a block is one block
    else:
        cut = values[:, : rows * BLOCK, : columns * BLOCK]
        values = cut.reshape(len(cut), rows, BLOCK, columns, BLOCK)
    bends = values[..., :-2] - 2 * values[..., 1:-1] + values[..., 2:]
    count = len(values)
    return np.mean(values, axis=(2, 4)).reshape(count, -1), np.mean(bends**2, axis=(2, 4)).reshape(
        count, -1
    ) / 6


def _halves(mean: np.ndarray, variance: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return brightness order, means and variances of each half of the patterns; empty if data are too few.

    Each half is ordered by the means of the other half, so that noise does not bias the grouping.
    """
    if mean.size // 2 < 4 * _GROUP_SIZE or len(mean) < 2 or mean.shape[1] < _GROUPS:
        return []
    first, second = np.s_[::2], np.s_[1::2]
    return [
        (np.argsort(mean[other].mean(axis=0), kind="stable"), mean[own], variance[own])
        for own, other in ((first, second), (second, first))
    ]


class _Line:
    """Line fitted to the variance against the mean of the background, from dark to bright groups."""

    def __init__(self, order: np.ndarray, mean: np.ndarray, variance: np.ndarray):
        groups = np.array_split(order, min(_GROUPS, mean.size // _GROUP_SIZE))
        points = [_background(mean[:, group], variance[:, group]) for group in groups]
        self.means, self.variances = np.array(points[: round(_BACKGROUND * len(points))]).T
        weights = 1 / np.maximum(self.variances, 1e-3 * self.variances.max() or 1.0)
        terms = np.stack([self.means, np.ones_like(self.means)], axis=1) * weights[:, None]
        known = self.variances * weights
        self.slope, self.at_zero = np.linalg.lstsq(terms, known)[0]
        self.deviation = np.abs(terms @ [self.slope, self.at_zero] - known).max()


def _background(mean: np.ndarray, variance: np.ndarray) -> tuple[float, float]:
    """Return the mean and variance of the blocks without spots."""
    dark = mean <= np.quantile(mean, _BACKGROUND)
    return mean[dark].mean(), variance[dark].mean()


def _are_of_counts(sample: np.ndarray, mean: np.ndarray, lines: list[_Line]) -> bool:
    """Return whether the data are consistent with variances proportional to the means."""
    if sample.min() < 0:
        return False
    middle, smallest = np.median(mean), np.quantile(sample, _SMALLEST)
    if smallest > _DARK * middle and any(line.means[0] > _EVEN_LIGHT * middle for line in lines):
        return False
    wide = [line for line in lines if np.ptp(line.means) > _WIDE * middle]
    return not any(_has_readout_noise(line) or _has_offset(line, middle) for line in wide)


def _has_readout_noise(line: _Line) -> bool:
    dark, middle = line.variances[0], np.median(line.variances)
    return line.at_zero > max(_PROPORTIONAL * dark, 0.2 * middle, 1e-9 * line.variances.max())


def _has_offset(line: _Line, middle: float) -> bool:
    """Return whether the variance vanishes at a positive mean and no group is much darker."""
    dark = line.means[0]
    return line.slope > 0 and -line.at_zero / line.slope > _PROPORTIONAL * dark and dark > _DARK * middle


def _certain_slope(lines: list[_Line]) -> float:
    """Return the mean slope of both halves of the patterns; NaN unless they agree and fit the points."""
    slopes = np.array([line.slope for line in lines])
    if not slopes.size or slopes.min() <= 0 or np.ptp(slopes) > _AGREEMENT * slopes.mean():
        return np.nan
    contrast = min(line.variances[-1] / max(line.variances[0], 1e-300) for line in lines)
    if contrast < _CONTRAST or max(line.deviation for line in lines) > _AGREEMENT:
        return np.nan
    return float(slopes.mean())
