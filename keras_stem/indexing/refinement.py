"""Patterns compared with the simulation of an orientation, which is improved until they agree best.

The network answers in one pass; here each answer is checked, and refined, by what a pattern would look like
if it were right. numba, because each pattern is simulated some tens of times.
"""

import numba
import numpy as np
from orix.crystal_map import Phase

from keras_stem.scan.detector import Detector
from keras_stem.simulate.kinematic import reflections, spots_of
from keras_stem.simulate.stream import Instrument

EXCITATION_ERROR = 0.02
"""Å⁻¹, for a sample of some 50 nm. Twice as much or half of it moves the refined orientations by 0.2 deg."""

STEPS = 40
"""Simulations of a pattern in its refinement; more improve it little."""

FIRST_STEP = 0.015
"""Radians; about the error of what is refined."""

_BEAM_MARGIN = 1.5
"""Pixels around the direct beam that are left out."""


class PatternComparison:
    """Compares patterns with simulations of a phase in an instrument.

    The agreement is 100 times Pearson's correlation of the square roots of the counts, without their
    background and the direct beam, with those of the simulated spots. Square roots, so that a few bright
    spots do not say it all.

    Parameters
    ----------
    phase
        With its whole unit cell.
    instrument
        Detector and beam.

    Raises
    ------
    KerasStemError
        If diffsims cannot simulate the phase.
    """

    def __init__(self, phase: Phase, instrument: Instrument):
        detector = instrument.detector
        found = reflections(phase, detector.reciprocal_radius)
        self._reflections = (found.vectors, found.strengths)
        self._rings = _rings(detector, instrument.disk_radius + _BEAM_MARGIN)
        self._beam = np.array(
            [
                instrument.wave_number,
                np.deg2rad(instrument.precession_angle),
                EXCITATION_ERROR,
                detector.reciprocal_radius,
                detector.pixel_size,
                instrument.disk_radius,
            ]
        )

    def agreement(self, patterns: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """Return the agreement of patterns with orientations.

        Parameters
        ----------
        patterns
            Shape (n, H, W), counts.
        candidates
            Shape (n, k, 3, 3), lab to crystal: k orientations for each pattern.

        Returns
        -------
        numpy.ndarray
            Shape (n, k), up to 100.
        """
        candidates = np.ascontiguousarray(candidates, float)
        return 100 * _agreements(patterns, candidates, self._rings, *self._reflections, self._beam)

    def refine(self, patterns: np.ndarray, candidates: np.ndarray, steps: int = STEPS) -> np.ndarray:
        """Return the orientations near candidates that agree best with patterns.

        Parameters
        ----------
        patterns
            Shape (n, H, W), counts.
        candidates
            Shape (n, k, 3, 3), lab to crystal: k orientations for each pattern, not too far from right.
        steps
            Simulations of a pattern for each candidate.

        Returns
        -------
        numpy.ndarray
            Shape (n, k, 3, 3).

        References
        ----------
        The simplex of Nelder and Mead, Computer Journal 7 (1965) 308.
        """
        candidates = np.ascontiguousarray(candidates, float)
        return _refined(patterns, candidates, steps, self._rings, *self._reflections, self._beam)


def _rings(detector: Detector, inner: float) -> np.ndarray:
    """Return the number of the ring of each pixel, shape (H, W); -1 inside a radius in pixels."""
    distances = detector.distances / detector.pixel_size
    return np.where(distances > inner, np.round(distances), -1).astype(np.int64)


@numba.njit(cache=True, parallel=True)
def _agreements(patterns, candidates, rings, vectors, strengths, beam):
    out = np.empty(candidates.shape[:2])
    for k in numba.prange(len(patterns)):
        image = _without_background(patterns[k], rings)
        for i in range(candidates.shape[1]):
            out[k, i] = _agreement(image, rings, vectors, strengths, candidates[k, i], beam)
    return out


@numba.njit(cache=True, parallel=True)
def _refined(patterns, candidates, steps, rings, vectors, strengths, beam):
    out = np.empty(candidates.shape)
    for k in numba.prange(len(patterns)):
        image = _without_background(patterns[k], rings)
        for i in range(candidates.shape[1]):
            out[k, i] = _climb(image, rings, vectors, strengths, candidates[k, i], beam, steps)
    return out


@numba.njit(cache=True)
def _without_background(pattern, rings):
    """Return square roots of what is above the background of each ring: the mean of its darker half."""
    last = rings.max() + 1
    level = np.full(last, np.inf)
    for _ in range(3):
        total, count = np.zeros(last), np.zeros(last)
        for i in range(pattern.shape[0]):
            for j in range(pattern.shape[1]):
                ring = rings[i, j]
                if ring >= 0 and pattern[i, j] <= level[ring]:
                    total[ring] += pattern[i, j]
                    count[ring] += 1
        level = total / np.maximum(count, 1)
    image = np.zeros(pattern.shape)
    for i in range(pattern.shape[0]):
        for j in range(pattern.shape[1]):
            if rings[i, j] >= 0:
                image[i, j] = np.sqrt(max(pattern[i, j] - level[rings[i, j]], 0.0))
    return image


@numba.njit(cache=True, fastmath=True)
def _agreement(image, rings, vectors, strengths, matrix, beam):
    """Return the correlation of an image with the square roots of the simulated spots."""
    wave, precession, error, radius, pixel_size, disk = beam
    x, y, intensity = spots_of(vectors, strengths, matrix, wave, precession, error, radius)
    height, width = image.shape
    drawn = np.zeros((height, width))
    reach = int(np.ceil(disk + 0.5))
    for k in range(len(x)):
        row, column = (height - 1) / 2 - y[k] / pixel_size, (width - 1) / 2 + x[k] / pixel_size
        row0, column0 = int(np.round(row)), int(np.round(column))
        for i in range(max(0, row0 - reach), min(height, row0 + reach + 1)):
            for j in range(max(0, column0 - reach), min(width, column0 + reach + 1)):
                inside = disk + 0.5 - np.sqrt((i - row) ** 2 + (j - column) ** 2)
                if inside > 0:
                    drawn[i, j] += intensity[k] * min(1.0, inside)
    count, a, b, aa, bb, ab = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(height):
        for j in range(width):
            if rings[i, j] >= 0:
                seen, expected = image[i, j], np.sqrt(drawn[i, j])
                count += 1
                a, b, aa, bb, ab = (
                    a + seen, b + expected, aa + seen * seen, bb + expected * expected, ab + seen * expected
                )  # fmt: skip
    return (ab - a * b / count) / np.sqrt(max((aa - a * a / count) * (bb - b * b / count), 1e-30))


@numba.njit(cache=True)
def _climb(image, rings, vectors, strengths, matrix, beam, steps):
    """Return the orientation near a matrix that agrees best. Corners of the simplex are rotation vectors."""
    near = _reachable(vectors, matrix, beam)
    vectors, strengths = vectors[near], strengths[near]
    corners = np.zeros((4, 3))
    for i in range(3):
        corners[i + 1, i] = FIRST_STEP
    heights = np.empty(4)
    for i in range(4):
        heights[i] = _agreement(image, rings, vectors, strengths, matrix @ _rotation(corners[i]), beam)
    taken = 4
    while taken < steps:
        order = np.argsort(-heights)
        corners, heights = corners[order], heights[order]
        middle = (corners[0] + corners[1] + corners[2]) / 3
        tried, height = 2 * middle - corners[3], 0.0
        height = _agreement(image, rings, vectors, strengths, matrix @ _rotation(tried), beam)
        second, other = tried, height
        if height > heights[0]:
            second = 3 * middle - 2 * corners[3]
        elif height <= heights[2]:
            second = (middle + (tried if height > heights[3] else corners[3])) / 2
        if height > heights[0] or height <= heights[2]:
            other = _agreement(image, rings, vectors, strengths, matrix @ _rotation(second), beam)
            taken += 1
        taken += 1
        if max(height, other) > heights[3]:
            better = other > height
            corners[3], heights[3] = (second, other) if better else (tried, height)
            continue
        for i in range(1, 4):
            corners[i] = (corners[i] + corners[0]) / 2
            heights[i] = _agreement(image, rings, vectors, strengths, matrix @ _rotation(corners[i]), beam)
        taken += 3
    return matrix @ _rotation(corners[np.argmax(heights)])


@numba.njit(cache=True)
def _reachable(vectors, matrix, beam):
    """Whether each reflection can come up within some steps from an orientation."""
    wave, precession, error, radius, _, _ = beam
    found = np.zeros(len(vectors), numba.boolean)
    for k in range(len(vectors)):
        x, y, z = matrix.T @ vectors[k]
        r = np.sqrt(x * x + y * y)
        if r < 1.05 * radius:
            excited = wave - np.sqrt(wave * wave - r * r) - z
            found[k] = abs(excited) < error + r * (precession + 4 * FIRST_STEP)
    return found


@numba.njit(cache=True)
def _rotation(vector):
    """Return the matrix of a rotation vector (Rodrigues)."""
    angle = np.sqrt((vector**2).sum())
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
