"""The value of one electron, as the noise of patterns tells it.

The variance of counts is their mean, so that of values with a gain is the gain times their mean (the photon
transfer method: Janesick, Photon Transfer, SPIE 2007). Readout noise adds to the variance and an offset to
the mean; then the slope of a line through variances and means is the gain, if the patterns have both dark and
bright parts to fit it.
"""

from dataclasses import dataclass

import numpy as np

BLOCK = 4
"""Side of the parts of a pattern, pixels, in which mean and variance are compared. Larger parts hold disks:
the gain of simulated patterns of 64 pixels and 100,000 electrons was 9.8 with 16 pixels, and 1.15 with 4
(``benchmarks/gain.py``)."""

_GROUPS, _GROUP_SIZE = 8, 50
"""The parts of a detector in groups from dark to bright; so many of all patterns at least are in one."""

_BACKGROUND = 0.75
"""Share of the parts in a group, and of the groups, that have no spots."""

_PROPORTIONAL = 0.5
"""A variance at mean zero below this share of the darkest group's is none; an offset alike."""

_EVEN_LIGHT, _DARK, _SMALLEST = 0.8, 0.3, 0.01
"""Where the darkest group has the first share of the median mean, and so many of the pixels are not below the
second, nothing tells an offset from counts."""

_WIDE = 0.3
"""Share of the median mean between the darkest and the brightest group that tells what is at mean zero."""

_AGREEMENT = 0.1
"""Two slopes, each of half of the patterns, differ by less, relative, and so do all groups from the line."""

_CONTRAST = 3.0
"""The variance of the brightest group is so many times that of the darkest where the slope is certain."""

_BRIGHTEST = 1e6
"""A pixel with more electrons than this means that the values have no noise."""


@dataclass(frozen=True)
class NoiseGain:
    """What the noise of patterns tells.

    Parameters
    ----------
    value
        Value of one electron; NaN where none follows.
    of_counts
        Whether the variance is in proportion to the mean, as that of counts. Otherwise the values have
        readout noise or an offset, or may have.
    """

    value: float
    of_counts: bool


def estimate_gain(sample: np.ndarray) -> NoiseGain:
    """Estimate the value of one electron from mean and variance of neighbouring pixels.

    In each part of a pattern the second differences of pixels side by side, which a slope does not change,
    give the variance. The median of variance over mean of all parts is that of the background, not of the
    spots. Where variance and mean are not in proportion, the slope of a line is taken if it is certain.

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
    """Return mean and variance in each part of each pattern, both of shape (n, parts)."""
    values = sample.astype(np.float64)
    rows, columns = (side // BLOCK for side in values.shape[1:])
    if not (rows and columns):
        values = values[:, None, :, None]  # a pattern smaller than a part is one
    else:
        cut = values[:, : rows * BLOCK, : columns * BLOCK]
        values = cut.reshape(len(cut), rows, BLOCK, columns, BLOCK)
    bends = values[..., :-2] - 2 * values[..., 1:-1] + values[..., 2:]
    count = len(values)
    return np.mean(values, axis=(2, 4)).reshape(count, -1), np.mean(bends**2, axis=(2, 4)).reshape(
        count, -1
    ) / 6


def _halves(mean: np.ndarray, variance: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return the groups' order, means and variances of each half of the patterns, if they suffice.

    The other half gives the order, so that the noise of the means does not choose what is dark and bright.
    """
    if mean.size // 2 < 4 * _GROUP_SIZE or len(mean) < 2 or mean.shape[1] < _GROUPS:
        return []
    first, second = np.s_[::2], np.s_[1::2]
    return [
        (np.argsort(mean[other].mean(axis=0), kind="stable"), mean[own], variance[own])
        for own, other in ((first, second), (second, first))
    ]


class _Line:
    """Variance against mean of the background, from dark to bright."""

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
    """Return mean and variance of the parts without spots."""
    dark = mean <= np.quantile(mean, _BACKGROUND)
    return mean[dark].mean(), variance[dark].mean()


def _are_of_counts(sample: np.ndarray, mean: np.ndarray, lines: list[_Line]) -> bool:
    """Return whether nothing speaks against variances in proportion to the means."""
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
    """Return whether the variance is zero at a mean above zero, and no part is much darker."""
    dark = line.means[0]
    return line.slope > 0 and -line.at_zero / line.slope > _PROPORTIONAL * dark and dark > _DARK * middle


def _certain_slope(lines: list[_Line]) -> float:
    """Return the slope of both halves of the patterns; NaN unless they agree and fit the points."""
    slopes = np.array([line.slope for line in lines])
    if not slopes.size or slopes.min() <= 0 or np.ptp(slopes) > _AGREEMENT * slopes.mean():
        return np.nan
    contrast = min(line.variances[-1] / max(line.variances[0], 1e-300) for line in lines)
    if contrast < _CONTRAST or max(line.deviation for line in lines) > _AGREEMENT:
        return np.nan
    return float(slopes.mean())
