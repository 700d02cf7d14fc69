"""Images of the diffraction disks: patterns without background, direct beam and noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from keras_stem.indexing.settings import Matching
from keras_stem.instrument.detector import Detector
from keras_stem.simulate.rendering import add_disks

_FINE, _COARSE = 0.5, 1.5
"""Widths of the difference of Gaussians, which preserves features as large as a disk, in disk radii."""

_NOISE = 2.0
"""Number of standard deviations of the noise that are subtracted."""

_MARGIN = 1.5
"""Margin about the disk of the direct beam in which its centroid is taken (pixels)."""

_HIDDEN = 0.1
"""Height relative to that of a disk below which its edge is hidden in noise."""

_MEDIAN_OF_CHI_SQUARED = 0.4549


@dataclass(frozen=True)
class SpotImages:
    """Diffraction disks of n patterns.

    Parameters
    ----------
    heights
        Shape (n, H, W), float32: difference of Gaussians of the counts, less its noise; 0 at the direct beam
        and where there is no disk.
    origins
        Row and column of the direct beam, shape (n, 2).
    disk_area
        Sum of the squares of a disk of the height 1 to the power gamma of the settings (pixels).
    """

    heights: np.ndarray
    origins: np.ndarray
    disk_area: float

    @classmethod
    def joined(cls, parts: Sequence["SpotImages"]) -> "SpotImages":
        """Concatenate the disks of several blocks."""
        heights, origins = (
            np.concatenate([getattr(part, n) for part in parts]) for n in ("heights", "origins")
        )
        return cls(heights, origins, parts[0].disk_area)


class SpotFinder:
    """Extraction of the diffraction disks from patterns.

    Parameters
    ----------
    detector
        Detector of the patterns.
    settings
        Complete settings.
    """

    def __init__(self, detector: Detector, settings: Matching):
        self._detector = detector
        self._disk = max(settings.spot_radius / detector.pixel_size, 0.5)
        self._beam_mask = settings.beam_mask / detector.pixel_size
        self._noise_share = _noise_share(self._disk)
        self._disk_area = _disk_area(self._disk, settings.gamma)

    def __call__(self, patterns: np.ndarray) -> SpotImages:
        """Return the disks of patterns in counts, shape (n, H, W)."""
        counts = np.maximum(patterns, 0).astype(np.float32)
        origins = self._direct_beams(counts)
        fine, coarse = _smoothed(counts, self._disk)
        heights, variance = fine - coarse, self._noise_share * coarse
        heights -= _NOISE * np.sqrt(_gains(heights, variance) * variance)
        rows, columns = (np.arange(size, dtype=np.float32) for size in self._detector.shape)
        away = np.hypot(
            (rows - origins[:, :1]).astype(np.float32)[:, :, None],
            (columns - origins[:, 1:]).astype(np.float32)[:, None],
        )
        spots = np.where(away < self._beam_mask, 0, np.maximum(heights, 0))
        return SpotImages(spots, origins, self._disk_area)

    def _direct_beams(self, counts: np.ndarray) -> np.ndarray:
        """Return the centroid of the counts about the detector centre that exceed their median, shape (n, 2).

        Patterns drift by fractions of a pixel. If the beam is hidden, the detector centre is returned.
        """
        centre, reach = self._detector.centre, self._disk + _MARGIN
        first = [max(0, int(middle - reach)) for middle in centre]
        rows, columns = (slice(k, int(m + reach) + 2) for k, m in zip(first, centre, strict=True))
        around = counts[:, rows, columns].astype(float)
        bright = np.maximum(around - np.median(around, axis=(1, 2), keepdims=True), 0)
        total = bright.sum(axis=(1, 2))
        moments = np.stack(
            [
                bright.sum(axis=2) @ (first[0] + np.arange(bright.shape[1])),
                bright.sum(axis=1) @ (first[1] + np.arange(bright.shape[2])),
            ],
            axis=1,
        )
        seen = (total > 0)[:, None]
        return np.where(seen, moments / np.where(seen, total[:, None], 1), centre)


def _smoothed(images: np.ndarray, disk: float) -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, H, W) blurred by the fine and by the coarse Gaussian."""
    fine, coarse = (gaussian_filter(images, (0, width * disk, width * disk)) for width in (_FINE, _COARSE))
    return fine, coarse


def _disk_area(disk: float, gamma: float) -> float:
    """Return the sum of the squares of a disk of the height 1 to the power gamma (pixels)."""
    side = 2 * int(np.ceil(6 * disk)) + 1
    image = np.zeros((side, side))
    middle = np.array([side // 2], float)
    add_disks(image, middle, middle, np.ones(1), disk)
    fine, coarse = _smoothed(image[None], disk)
    relative = (fine - coarse) / np.max(fine - coarse)
    return float(np.sum((np.maximum(relative - _HIDDEN, 0) / (1 - _HIDDEN)) ** (2 * gamma)))


def _noise_share(disk: float) -> float:
    """Return the variance of the difference of Gaussians for independent pixels of unit variance."""
    side = 2 * int(np.ceil(4 * _COARSE * disk)) + 1
    point = np.zeros((1, side, side))
    point[0, side // 2, side // 2] = 1
    fine, coarse = _smoothed(point, disk)
    return float(np.sum((fine - coarse) ** 2))


def _gains(heights: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return the variance of the counts relative to their mean, shape (n, 1, 1), which is 1 for electrons.

    It is that of the median pixel, which shows background rather than a disk.
    """
    lit = variance > 0
    ratios = np.where(lit, heights**2 / np.where(lit, variance, 1), np.nan).reshape(len(heights), -1)
    ratios[~lit.any(axis=(1, 2))] = 0
    return np.nanmedian(ratios, axis=1)[:, None, None] / _MEDIAN_OF_CHI_SQUARED
