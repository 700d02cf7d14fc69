"""Candidate disks for the direct beam of a pattern, with the evidence of the pattern for each."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, label, maximum_filter

MOST = 6
"""Number of the brightest disks of a pattern that are considered."""

SYMMETRY_WEIGHT = 3.0
"""Log-odds between a disk with perfect and a disk with no inversion symmetry of the pattern about it."""

BRIGHTNESS_WEIGHT = 0.5
"""Log-odds per factor e in brightness. The direct beam is the brightest disk except in a two-beam case."""

MIDDLE_SHARE = 0.25
"""Standard deviation of the beam's offset from the detector centre, in detector sides: a weak prior."""

LARGEST_EVIDENCE = 1.5
"""Upper limit of the log-odds from a single pattern, since a whole pattern can be misleading."""

_BATCH_BYTES = 8 << 20
_LEAST_PIXELS = 20
_WITHIN_PATTERN = np.pad(np.ones((1, 3, 3), int), ((1, 1), (0, 0), (0, 0)))


@dataclass(frozen=True)
class BeamCandidates:
    """Candidate disks for the direct beam of n patterns.

    Parameters
    ----------
    positions
        Shape (n, K, 2), row and column (pixels); NaN where a pattern has fewer disks.
    evidence
        Shape (n, K), log-likelihood up to a constant per pattern, 0 for its best candidate; -inf where
        there is no candidate.
    """

    positions: np.ndarray
    evidence: np.ndarray

    @classmethod
    def joined(cls, parts: "Iterable[BeamCandidates]") -> "BeamCandidates":
        """Return the concatenated candidates of several blocks of patterns."""
        parts = list(parts)
        return cls(
            np.concatenate([part.positions for part in parts]),
            np.concatenate([part.evidence for part in parts]),
        )


def find_beam_candidates(patterns: np.ndarray, beam_radius: float) -> BeamCandidates:
    """Find the brightest disks of each pattern and score each as the direct beam.

    The diffuse background and, by Friedel's law, approximately the spots are symmetric about the direct beam.
    The symmetry score is the correlation of the pattern with itself rotated by 180 degrees about the disk,
    with the disk excluded. It uses the fourth root of the counts, so that no single disk dominates.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    beam_radius
        Radius of the direct beam (pixels).

    Returns
    -------
    BeamCandidates
    """
    size = max(1, _BATCH_BYTES // (4 * patterns[0].size))
    batches = (patterns[first : first + size] for first in range(0, len(patterns), size))
    return BeamCandidates.joined(_candidates(batch, beam_radius) for batch in batches)


def _candidates(patterns: np.ndarray, beam_radius: float) -> BeamCandidates:
    counts = np.maximum(patterns, 0).astype(np.float32)
    sigma = max(beam_radius / 2, 1)
    blurred = gaussian_filter(np.sqrt(np.sqrt(counts)), (0, sigma, sigma))
    number, rank, peaks = _brightest(blurred, beam_radius)
    positions = np.full((len(patterns), MOST, 2), np.nan)
    positions[number, rank] = _centres_of_mass(counts, number, peaks, beam_radius)
    evidence = np.full((len(patterns), MOST), -np.inf)
    evidence[number, rank] = _evidence(blurred, number, peaks, positions[number, rank], beam_radius)
    best = evidence.max(axis=1, keepdims=True)
    relative = np.maximum(evidence - np.where(np.isfinite(best), best, 0), -LARGEST_EVIDENCE)
    return BeamCandidates(positions, np.where(np.isfinite(evidence), relative, -np.inf))


def _brightest(blurred: np.ndarray, beam_radius: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pattern index, the rank within the pattern and the brightest pixel, (m, 2), of each disk."""
    side = 2 * int(np.ceil(beam_radius)) + 1
    level = np.median(blurred, axis=(1, 2), keepdims=True)
    highest = (blurred == maximum_filter(blurred, (1, side, side))) & (blurred > level)
    where = np.nonzero(highest)
    # Equally bright adjacent pixels, as of a disk centred between pixels, belong to one disk.
    _, firsts = np.unique(label(highest, _WITHIN_PATTERN)[0][where], return_index=True)
    number, row, column = (axis[firsts] for axis in where)
    order = np.lexsort((-blurred[number, row, column], number))
    number, peaks = number[order], np.stack([row, column], axis=1)[order]
    rank = np.arange(len(number)) - np.searchsorted(number, number)
    kept = rank < MOST
    return number[kept], rank[kept], peaks[kept]


def _centres_of_mass(
    counts: np.ndarray, number: np.ndarray, peaks: np.ndarray, beam_radius: float
) -> np.ndarray:
    """Return the centre of mass of counts above the mean of a window about each peak, shape (m, 2)."""
    half = int(np.ceil(1.25 * beam_radius)) + 1
    padded = np.pad(counts, ((0, 0), (half, half), (half, half)))
    steps = np.arange(2 * half + 1)
    rows, columns = (peaks[:, axis, None] + steps for axis in (0, 1))
    windows = padded[number[:, None, None], rows[:, :, None], columns[:, None, :]].astype(float)
    away = steps - half
    disk = np.hypot(away[:, None], away) <= half
    level = windows[:, disk].mean(axis=1)[:, None, None]
    above = np.where(disk & (windows > level), windows, 0)
    total = above.sum(axis=(1, 2))
    moments = np.stack([above.sum(axis=2) @ away, above.sum(axis=1) @ away], axis=1)
    return peaks + moments / np.where(total > 0, total, 1)[:, None]


def _evidence(
    blurred: np.ndarray, number: np.ndarray, peaks: np.ndarray, centres: np.ndarray, beam_radius: float
) -> np.ndarray:
    symmetry = [_symmetry(blurred[k], centre, beam_radius) for k, centre in zip(number, centres, strict=True)]
    height = blurred[number, *peaks.T] - np.median(blurred, axis=(1, 2))[number]
    side = np.array(blurred.shape[1:])
    off_middle = np.linalg.norm((centres - (side - 1) / 2) / (MIDDLE_SHARE * side), axis=1)
    # The height is in fourth roots of counts.
    brightness = 4 * BRIGHTNESS_WEIGHT * np.log(height)
    return SYMMETRY_WEIGHT * np.array(symmetry) + brightness - off_middle**2 / 2


def _symmetry(image: np.ndarray, centre: np.ndarray, beam_radius: float) -> float:
    """Return the correlation of an image with itself rotated by 180 degrees about a centre.

    The centre is rounded to half a pixel.
    """
    twice = np.rint(2 * centre).astype(int)
    last = np.array(image.shape) - 1
    (top, left), (bottom, right) = np.maximum(twice - last, 0), np.minimum(twice, last)
    window = image[top : bottom + 1, left : right + 1]
    rows, columns = np.ogrid[top : bottom + 1, left : right + 1]
    outside = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 > (beam_radius + 1) ** 2
    if np.count_nonzero(outside) < _LEAST_PIXELS:
        return 0.0
    one, other = window[outside], window[::-1, ::-1][outside]
    spread = one.std() * other.std()
    return float(np.mean((one - one.mean()) * (other - other.mean())) / spread) if spread > 0 else 0.0
