"""Verification and refinement of orientations by comparing patterns with kinematic simulations.

The network predicts orientations in a single pass; this module verifies and refines each prediction against
the pattern simulated for it. numba is used because each pattern is simulated tens of times.
"""

import numpy as np
from orix.crystal_map import Phase

from keras_stem.indexing.kernels import agreements, refined
from keras_stem.scan.detector import Detector
from keras_stem.scan.instrument import Instrument
from keras_stem.simulate.kinematic import reflections

EXCITATION_ERROR = 0.02
"""Excitation error (1/Å) for a sample thickness of about 50 nm. For patterns simulated with 0.02, refinement
with 0.015 or 0.03 had errors of 0.15 and 0.25 degrees instead of 0.07."""

STEPS = 40
"""Number of simulations per refinement; more bring little improvement."""

_BEAM_MARGIN = 1.5
"""Margin around the direct beam that is excluded (pixels)."""


class PatternComparison:
    """Comparison of patterns with simulations of a phase in an instrument.

    The agreement is 100 times the Pearson correlation between the square roots of the counts, without
    background and direct beam, and those of the simulated spots. Square roots prevent a few bright spots from
    dominating.

    Parameters
    ----------
    phase
        Phase with its full unit cell.
    instrument
        Detector and beam parameters.

    Raises
    ------
    KerasStemError
        If diffsims cannot simulate the phase.
    """

    def __init__(self, phase: Phase, instrument: Instrument):
        detector = instrument.detector
        found = reflections(phase, detector.reciprocal_radius)
        self._reflections = (found.vectors, found.strengths)
        self._inner = instrument.disk_radius + _BEAM_MARGIN
        self._rings = _rings(detector, self._inner)
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
            Shape (n, k, 3, 3), lab to crystal, k orientations for each pattern.

        Returns
        -------
        numpy.ndarray
            Shape (n, k), up to 100.
        """
        candidates = np.ascontiguousarray(candidates, float)
        return 100 * agreements(
            _counts(patterns), candidates, self._rings, self._inner, *self._reflections, self._beam
        )

    def refine(self, patterns: np.ndarray, candidates: np.ndarray, steps: int = STEPS) -> np.ndarray:
        """Refine candidate orientations by maximising their agreement with patterns.

        Parameters
        ----------
        patterns
            Shape (n, H, W), counts.
        candidates
            Shape (n, k, 3, 3), lab to crystal, k approximate orientations for each pattern.
        steps
            Number of simulations for each candidate.

        Returns
        -------
        numpy.ndarray
            Shape (n, k, 3, 3).

        References
        ----------
        Nelder and Mead (simplex method), Computer Journal 7 (1965) 308.
        """
        candidates = np.ascontiguousarray(candidates, float)
        return refined(
            _counts(patterns), candidates, steps, self._rings, self._inner, *self._reflections, self._beam
        )


def _counts(patterns: np.ndarray) -> np.ndarray:
    """Return patterns as float32, so that numba compiles once, with negative values set to zero."""
    return np.maximum(patterns, 0).astype(np.float32)


def _rings(detector: Detector, inner: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pixels beyond a radius (pixels), grouped in rings of one pixel width.

    The result consists of their indices in the flattened pattern, ring by ring; the start of each ring and
    the end of the last; and whether each pixel of the pattern, shape (H, W), is included.
    """
    distances = detector.distances / detector.pixel_size
    counted = distances > inner
    numbers = np.where(counted, np.round(distances), -1).astype(np.int64).ravel()
    pixels = np.argsort(numbers, kind="stable")[np.count_nonzero(numbers < 0) :]
    starts = np.searchsorted(numbers[pixels], np.arange(numbers.max() + 2))
    return pixels, starts, counted
