"""Preprocessing of patterns for template matching: removal of background and direct beam."""

import numpy as np
from scipy.ndimage import gaussian_filter

from keras_stem.indexing.polar import PolarGrid
from keras_stem.indexing.settings import Matching
from keras_stem.instrument.detector import Detector
from keras_stem.simulate.rendering import add_disks

_FINE, _COARSE = 0.5, 1.5
"""Widths of the difference of Gaussians that preserves disks, in disk radii."""


def polar_grid(settings: Matching) -> PolarGrid:
    """Return a grid with circles half a disk radius apart and azimuths at the angular resolution."""
    return PolarGrid(settings.radius, settings.spot_radius / 2, round(360 / settings.resolution))


def spots_only(patterns: np.ndarray, detector: Detector, settings: Matching) -> np.ndarray:
    """Remove background and direct beam, and apply gamma.

    Parameters
    ----------
    patterns
        Shape (n, H, W), counts.
    detector
        Detector calibration.
    settings
        Complete settings.

    Returns
    -------
    numpy.ndarray
        Shape (n, H, W), float32, non-negative.
    """
    spots = _without_background(patterns, _disk_pixels(detector, settings))
    spots[:, detector.distances < settings.beam_mask] = 0
    return spots**settings.gamma


def polar_spots(patterns: np.ndarray, detector: Detector, settings: Matching) -> np.ndarray:
    """Return the result of `spots_only` in polar coordinates, normalised for a correlation from 0 to 1.

    The norm of a pattern is taken over its area and divided by the area of a single disk, so that n equal
    disks have a norm of sqrt(n) times their height, like n spots of a template.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    detector, settings
        Arguments of `spots_only`.

    Returns
    -------
    numpy.ndarray
        Shape (n, radii, azimuths), float32; zero for patterns without spots.
    """
    grid = polar_grid(settings)
    polar = grid.sample(spots_only(patterns, detector, settings), detector)
    area = grid.areas[:, None] / _disk_area(detector, settings)
    norms = np.sqrt(np.sum(polar**2 * area, axis=(1, 2), keepdims=True))
    return (polar / np.where(norms > 0, norms, 1)).astype(np.float32)


def _disk_pixels(detector: Detector, settings: Matching) -> float:
    return max(settings.spot_radius / detector.pixel_size, 0.5)


def _without_background(patterns: np.ndarray, disk: float) -> np.ndarray:
    """Return the difference of Gaussians, which preserves features as large as a disk (radius in pixels)."""
    counts = np.maximum(patterns, 0).astype(np.float32)
    fine = gaussian_filter(counts, (0, _FINE * disk, _FINE * disk))
    coarse = gaussian_filter(counts, (0, _COARSE * disk, _COARSE * disk))
    return np.maximum(fine - coarse, 0)


def _disk_area(detector: Detector, settings: Matching) -> float:
    """Return the area of a preprocessed disk, weighted by its squared relative height (1/Å²)."""
    disk = _disk_pixels(detector, settings)
    side = 2 * int(np.ceil(4 * disk)) + 1
    image = np.zeros((side, side))
    middle = np.array([side // 2], float)
    add_disks(image, middle, middle, np.ones(1), disk)
    heights = _without_background(image[None], disk)[0] ** settings.gamma
    return float(np.sum(heights**2) / heights.max() ** 2) * detector.pixel_size**2
