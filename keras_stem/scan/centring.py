"""Centring of patterns: shifts that bring the direct beam to the detector centre."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import shift

from keras_stem.scan.beam_candidates import BeamCandidates
from keras_stem.scan.beam_drift import BeamDrift, agreement, find_drift

DOUBT = np.log(2)
"""Log-odds below which two disks, or two drifts of the beam, are indistinguishable."""

REACH = 3.0
"""Largest distance of the direct beam from the drift, in standard deviations."""


@dataclass(frozen=True)
class Centring:
    """Shifts that centre the patterns of a scan.

    Parameters
    ----------
    shifts
        Shape (n, 2), rows and columns (pixels).
    doubtful
        Shape (n,), whether the direct beam of a pattern is ambiguous, so that its shift follows the drift of
        its neighbours.
    """

    shifts: np.ndarray
    doubtful: np.ndarray


def choose_shifts(
    candidates: BeamCandidates,
    scan_shape: tuple[int, int],
    detector_shape: tuple[int, int],
    beam_radius: float,
) -> Centring:
    """Choose the direct beam of each pattern of a scan from the pattern itself and its neighbours.

    Parameters
    ----------
    candidates
        Candidates of all n = rows x columns patterns.
    scan_shape, detector_shape
        Rows and columns.
    beam_radius
        Radius of the direct beam (pixels).

    Returns
    -------
    Centring
    """
    drift = find_drift(candidates, scan_shape, detector_shape, beam_radius)
    scores = agreement(candidates, drift.positions, drift.spread)
    each, best = np.arange(len(scores)), scores.argmax(axis=1)
    found = candidates.positions[each, best]
    near = np.linalg.norm(found - drift.positions, axis=1) <= REACH * drift.spread
    apart = np.linalg.norm(candidates.positions - found[:, None], axis=-1) > beam_radius
    runner_up = np.where(apart, scores, -np.inf).max(axis=1)
    doubtful = ~near | (runner_up > scores[each, best] - DOUBT) | _of_two_drifts(candidates, drift)
    beams = np.where(doubtful[:, None], drift.positions, found)
    return Centring((np.array(detector_shape) - 1) / 2 - beams, doubtful)


def _of_two_drifts(candidates: BeamCandidates, drift: BeamDrift) -> np.ndarray:
    """Return which patterns have a disk on an alternative drift with nearly equal support, shape (n,)."""
    offsets = candidates.positions - (drift.positions + drift.rival)[:, None]
    there = (np.linalg.norm(offsets, axis=-1) <= drift.spread).any(axis=1)
    return there & (drift.rival_support > np.exp(-DOUBT))


def centred(patterns: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Shift patterns by linear interpolation.

    Parameters
    ----------
    patterns
        Shape (n, H, W).
    shifts
        Shape (n, 2), rows and columns (pixels).

    Returns
    -------
    numpy.ndarray
        Shape and type of ``patterns``, integers rounded; zero outside the recorded area.
    """
    moved = np.empty_like(patterns)
    whole = np.issubdtype(patterns.dtype, np.integer)
    exact = np.result_type(patterns.dtype, np.float32)
    for out, pattern, step in zip(moved, patterns, shifts, strict=True):
        image = shift(pattern.astype(exact), step, order=1)
        out[...] = _rounded(image, patterns.dtype) if whole else image
    return moved


def _rounded(image: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Round to an integer type; the largest 64-bit integer is not exactly representable as a float."""
    limits = np.iinfo(dtype)
    highest = image.dtype.type(limits.max)
    if int(highest) > limits.max:
        highest = np.nextafter(highest, image.dtype.type(0))
    return np.clip(np.rint(image), limits.min, highest).astype(dtype)
