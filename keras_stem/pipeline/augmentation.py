"""Physically exact data augmentation of patterns, which transforms orientations with the patterns."""

from dataclasses import dataclass

import numba
import numpy as np

from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class Augmentation:
    """Data augmentation of training patterns.

    Parameters
    ----------
    rotate
        Whether patterns are rotated about the beam by random angles.
    mirror
        Whether patterns are mirrored with a probability of 0.5. By Friedel's law, the mirrored pattern is
        that of the crystal rotated by 180 degrees about the mirror normal.
    shift
        Largest offset of the direct beam along rows and along columns (pixels).
    scale
        Largest relative error of the camera length.
    dose_scale
        Smallest fraction of the electrons that is kept.
    background
        Largest added diffuse scattering, as a fraction of the counts of the pattern.
    hot_pixels
        Largest number of hot pixels.
    overlap_fraction
        Largest fraction of another pattern that is mixed in, to simulate overlapping grains.
    """

    rotate: bool = True
    mirror: bool = True
    shift: float = 0.5
    scale: float = 0.002
    dose_scale: float = 0.5
    background: float = 0.1
    hot_pixels: int = 3
    overlap_fraction: float = 0.3

    def __post_init__(self):
        if min(self.shift, self.scale, self.background, self.hot_pixels, self.overlap_fraction) < 0:
            raise KerasStemError(f"Expected augmentations of at least 0, found {self}.")
        if not 0 < self.dose_scale <= 1 or self.overlap_fraction >= 0.5:
            raise KerasStemError(
                f"Expected a dose scale of up to 1 and an overlap fraction of less than 0.5, found {self}."
            )


def augment(
    patterns: np.ndarray, matrices: np.ndarray, settings: Augmentation, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Augment patterns at random and transform their orientations accordingly.

    Parameters
    ----------
    patterns
        Shape (n, H, W), counts.
    matrices
        Shape (n, 3, 3), lab to crystal.
    settings
        Augmentation settings.
    rng
        Random number generator.

    Returns
    -------
    counts : numpy.ndarray
        Shape (n, H, W), float32.
    matrices : numpy.ndarray
        Shape (n, 3, 3).
    """
    count = len(patterns)
    patterns = np.maximum(patterns, 0).astype(np.float32)  # a single type, so that numba compiles once
    angles = rng.uniform(0, 2 * np.pi, (2, count)) * settings.rotate
    mirrored = (rng.uniform(size=(2, count)) < 0.5) & settings.mirror
    zoom = 1 + settings.scale * rng.uniform(-1, 1, count)
    shift = settings.shift * rng.uniform(-1, 1, (count, 2))
    mixed = resample(patterns, angles[0], mirrored[0], zoom, shift)
    if settings.overlap_fraction:
        other = resample(np.roll(patterns, 1, axis=0), angles[1], mirrored[1], zoom, shift)
        share = settings.overlap_fraction * rng.uniform(size=(count, 1, 1))
        mixed = (1 - share) * mixed + share * other
    if settings.background:
        mixed += _halos(mixed, settings.background, rng)
    if settings.dose_scale < 1:
        mixed = _thinned(mixed, rng.uniform(settings.dose_scale, 1, (count, 1, 1)), rng)
    if settings.hot_pixels:
        _heat(mixed, settings.hot_pixels, rng)
    return mixed.astype(np.float32), reoriented(matrices, angles[0], mirrored[0])


def reoriented(matrices: np.ndarray, angles: np.ndarray, mirrored: np.ndarray) -> np.ndarray:
    """Return the orientations of crystals whose patterns are mirrored (x becomes -x) and then rotated.

    Parameters
    ----------
    matrices
        Shape (n, 3, 3), lab to crystal.
    angles
        Shape (n,), in radians, counter-clockwise.
    mirrored
        Shape (n,), bool.
    """
    flip = np.where(mirrored, -1.0, 1.0)
    cos, sin = np.cos(angles), np.sin(angles)
    turns = np.zeros_like(matrices)
    turns[:, 0, 0], turns[:, 0, 1] = cos, sin
    turns[:, 1, 0], turns[:, 1, 1] = -flip * sin, flip * cos
    turns[:, 2, 2] = flip
    return matrices @ turns


@numba.njit(cache=True, nogil=True)
def resample(
    patterns: np.ndarray, angles: np.ndarray, mirrored: np.ndarray, zoom: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Return patterns mirrored (x becomes -x), rotated, scaled and shifted, by bilinear interpolation.

    Parameters
    ----------
    patterns
        Shape (n, H, W), y up and hence rows downward.
    angles
        Shape (n,), in radians, counter-clockwise about the centre.
    mirrored
        Shape (n,), bool.
    zoom
        Shape (n,), scale factors, approximately 1.
    shift
        Shape (n, 2), rows and columns (pixels).

    Returns
    -------
    numpy.ndarray
        Shape (n, H, W), float64; 0 where the source is outside the detector.
    """
    count, height, width = patterns.shape
    row0, column0 = (height - 1) / 2, (width - 1) / 2
    out = np.zeros((count, height, width))
    for k in range(count):
        cos, sin = np.cos(angles[k]) / zoom[k], np.sin(angles[k]) / zoom[k]
        for i in range(height):
            for j in range(width):
                x, y = j - column0 - shift[k, 1], row0 - i + shift[k, 0]
                u, v = x * cos + y * sin, y * cos - x * sin
                if mirrored[k]:
                    u = -u
                row, column = row0 - v, column0 + u
                top, left = int(np.floor(row)), int(np.floor(column))
                for di in range(2):
                    for dj in range(2):
                        if 0 <= top + di < height and 0 <= left + dj < width:
                            weight = (1 - abs(row - top - di)) * (1 - abs(column - left - dj))
                            out[k, i, j] += weight * patterns[k, top + di, left + dj]
    return out


def _halos(patterns: np.ndarray, largest: float, rng: np.random.Generator) -> np.ndarray:
    """Return diffuse scattering that decays exponentially from the centre, (n, H, W)."""
    count, height, width = patterns.shape
    rows, columns = np.indices((height, width))
    distance = np.hypot(rows - (height - 1) / 2, columns - (width - 1) / 2)
    halo = np.exp(-distance / (0.15 * min(height, width) * rng.uniform(0.7, 1.5, (count, 1, 1))))
    total = largest * rng.uniform(size=(count, 1, 1)) * patterns.sum(axis=(1, 2), keepdims=True)
    return total * halo / halo.sum(axis=(1, 2), keepdims=True)


def _thinned(patterns: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return patterns with a fraction of the electrons, with the mean and variance of a binomial."""
    noise = rng.standard_normal(patterns.shape, np.float32)
    return np.maximum(patterns * shares + np.sqrt(patterns * (shares * (1 - shares))) * noise, 0)


def _heat(patterns: np.ndarray, most: int, rng: np.random.Generator) -> None:
    """Add up to the given number of hot pixels, at most as bright as the brightest pixel, in place."""
    count, height, width = patterns.shape
    places = rng.integers(height * width, size=(count, most))
    hot = rng.integers(most + 1, size=(count, 1)) > np.arange(most)
    brightest = patterns.max(axis=(1, 2))[:, None]
    flat = patterns.reshape(count, -1)
    kept = np.take_along_axis(flat, places, axis=1)
    heated = np.where(hot, np.maximum(kept, brightest * rng.uniform(0.05, 1, places.shape)), kept)
    np.put_along_axis(flat, places, heated, axis=1)
