"""Visibility of diffraction disks: how far patterns exceed their background, compared with the noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import joblib
import numpy as np
from scipy.ndimage import gaussian_filter

from keras_stem.indexing.settings import Matching
from keras_stem.instrument.detector import Detector
from keras_stem.simulate.rendering import add_disks

_FINE, _COARSE = 0.5, 1.5
"""Widths of the difference of Gaussians, which preserves features as large as a disk, in disk radii."""

_HALF_SEEN = 4.0
"""Height of a disk, in standard deviations of the noise, whose visibility is one half."""

_USUAL = 30.0
"""Height of a usual disk, in standard deviations of the noise."""

_MARGIN = 1.5
"""Margin about the disk of the direct beam in which its centroid is taken (pixels)."""

_STANDS_OUT = 3.0
"""Counts of the direct beam relative to the background in its window from which the beam is found."""

_FAINTEST = 1e-4
"""Smallest noise relative to the background; patterns without noise have rounding errors."""

_LARGEST = 1e18
"""Largest intensity; its square is finite in single precision."""

_MEDIAN_OF_CHI_SQUARED = 0.4549

_PART, _PART_PIXELS = 32, 2**19
"""Largest number of patterns, and of their pixels, that one thread processes at once."""


@dataclass(frozen=True)
class SpotImages:
    """Diffraction disks of n patterns.

    Parameters
    ----------
    visibility
        Shape (n, H, W), float32, from 0, at the direct beam and where there is no disk, to 1.
    origins
        Row and column of the direct beam, shape (n, 2).
    disk_area
        Sum of the squares of the visibility of a disk, relative to its largest (pixels).
    """

    visibility: np.ndarray
    origins: np.ndarray
    disk_area: float

    @cached_property
    def disks(self) -> np.ndarray:
        """Number of disks that are seen in each pattern, those of a low visibility counted in part."""
        return np.einsum("nij,nij->n", self.visibility, self.visibility, dtype=float) / self.disk_area

    @cached_property
    def norms(self) -> np.ndarray:
        """Norm of each pattern, 1 if it has no disks, shape (n,)."""
        disks = self.disks
        return np.sqrt(np.where(disks > 0, disks, 1))

    @classmethod
    def joined(cls, parts: Sequence["SpotImages"]) -> "SpotImages":
        """Concatenate the disks of several blocks."""
        visibility = np.concatenate([part.visibility for part in parts])
        origins = np.concatenate([part.origins for part in parts])
        return cls(visibility, origins, parts[0].disk_area)


class SpotFinder:
    """Extraction of the diffraction disks from patterns.

    A difference of Gaussians keeps what is as large as a disk. The visibility is z / (z + 4), with its height
    z in standard deviations of the noise, which are taken from the pattern itself: it tells whether a
    reflection is seen, and depends little on how bright it is.

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
        self._disk_area = _disk_area(self._disk)

    def __call__(self, patterns: np.ndarray) -> SpotImages:
        """Return the disks of patterns, using all cores.

        Parameters
        ----------
        patterns
            Shape (n, H, W), in counts or in other units of intensity.
        """
        size = max(1, min(_PART, _PART_PIXELS // patterns[0].size))
        parts = (patterns[first : first + size] for first in range(0, len(patterns), size))
        jobs = (joblib.delayed(self._images)(part) for part in parts)
        return SpotImages.joined(joblib.Parallel(n_jobs=-1, prefer="threads")(jobs))

    def _images(self, patterns: np.ndarray) -> SpotImages:
        counts = np.clip(patterns, 0, _LARGEST).astype(np.float32)
        origins = self._direct_beams(counts)
        fine, coarse = _smoothed(counts, self._disk)
        whole = (counts == np.rint(counts)).all(axis=(1, 2), keepdims=True)
        visibility = _visibility(fine - coarse, coarse, self._noise_share, whole)
        rows, columns = (np.arange(size, dtype=np.float32) for size in self._detector.shape)
        away = np.hypot(
            (rows - origins[:, :1]).astype(np.float32)[:, :, None],
            (columns - origins[:, 1:]).astype(np.float32)[:, None],
        )
        visibility[away < self._beam_mask] = 0
        return SpotImages(visibility, origins, self._disk_area)

    def _direct_beams(self, counts: np.ndarray) -> np.ndarray:
        """Return the centroid of the counts about the detector centre, shape (n, 2).

        Patterns drift by fractions of a pixel. The counts are those above the median of the rim of a window
        about the beam. If the beam does not stand out, as behind a beam stop, the centroid would be that of
        the background, and the detector centre is returned.
        """
        centre, reach = self._detector.centre, self._disk + _MARGIN
        first = [max(0, int(middle - reach)) for middle in centre]
        rows, columns = (slice(k, int(m + reach) + 2) for k, m in zip(first, centre, strict=True))
        around = counts[:, rows, columns].astype(float)
        inside = np.zeros(around.shape[1:], bool)
        inside[1:-1, 1:-1] = True
        rim = np.sort(around[:, ~inside], axis=1)
        bright = np.maximum(around - np.median(rim, axis=1)[:, None, None], 0)
        background = rim[:, : 3 * rim.shape[1] // 4].mean(axis=1)  # a beam that drifts may touch the rim
        total = bright.sum(axis=(1, 2))
        moments = np.stack(
            [
                bright.sum(axis=2) @ (first[0] + np.arange(bright.shape[1])),
                bright.sum(axis=1) @ (first[1] + np.arange(bright.shape[2])),
            ],
            axis=1,
        )
        seen = (total > _STANDS_OUT * background * inside.size)[:, None]
        return np.where(seen, moments / np.where(seen, total[:, None], 1), centre)


def _smoothed(images: np.ndarray, disk: float) -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, H, W) blurred by the fine and by the coarse Gaussian."""
    fine, coarse = (gaussian_filter(images, (0, width * disk, width * disk)) for width in (_FINE, _COARSE))
    return fine, coarse


def _disk_area(disk: float) -> float:
    """Return the sum of the squares of the visibility of a usual disk, relative to its largest (pixels)."""
    side = 2 * int(np.ceil(6 * disk)) + 1
    image = np.zeros((side, side))
    middle = np.array([side // 2], float)
    add_disks(image, middle, middle, np.ones(1), disk)
    fine, coarse = _smoothed(image[None], disk)
    heights = _USUAL * np.maximum(fine - coarse, 0) / np.max(fine - coarse)
    visibility = heights / (heights + _HALF_SEEN)
    return float(np.sum((visibility / visibility.max()) ** 2))


def _noise_share(disk: float) -> float:
    """Return the variance of the difference of Gaussians for independent pixels of unit variance."""
    side = 2 * int(np.ceil(4 * _COARSE * disk)) + 1
    point = np.zeros((1, side, side))
    point[0, side // 2, side // 2] = 1
    fine, coarse = _smoothed(point, disk)
    return float(np.sum((fine - coarse) ** 2))


def _visibility(heights: np.ndarray, background: np.ndarray, share: float, whole: np.ndarray) -> np.ndarray:
    """Return the visibility of heights above a background, shape (n, H, W).

    The variance of the heights is that of the background times a share and an unknown gain, which is at least
    1 for whole numbers: few electrons leave most pixels without any, which says nothing about the noise.
    """
    variance = share * background
    gains = np.maximum(_gains(heights, variance), whole)
    noise = np.maximum(np.sqrt(gains * variance), _FAINTEST * background)
    seen = np.maximum(heights, 0)
    return np.divide(seen, seen + _HALF_SEEN * noise, out=np.zeros_like(seen), where=seen > 0)


def _gains(heights: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return the variance of the counts relative to their mean, shape (n, 1, 1), which is 1 for electrons.

    It is that of the median pixel, which shows background rather than a disk.
    """
    lit = variance > 0
    ratios = np.where(lit, heights**2 / np.where(lit, variance, 1), np.nan).reshape(len(heights), -1)
    ratios[~lit.any(axis=(1, 2))] = 0
    return np.nanmedian(ratios, axis=1)[:, None, None] / _MEDIAN_OF_CHI_SQUARED
