"""Smooth drift of the direct beam over a scan, which distinguishes it from diffracted disks."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from keras_stem.scan.beam_candidates import BeamCandidates

START_SHARE = 1 / 16
"""Kernel width of the initial common beam position, in detector sides."""

LARGEST_DEGREE = 3
"""Degree of the polynomial in scan row and column."""

NEIGHBOURHOOD = 2.0
"""Standard deviation of the Gaussian that smooths the polynomial's residuals (scan positions)."""

LEAST_SUPPORT = 0.15
"""Mean beam likelihood of a scan row below which the row does not follow the common drift."""

MOST_JUMPS = 3
"""Largest number of beam jumps between rows that are detected."""

_LEAST_PATTERNS = 4
"""Smallest number of patterns per polynomial term."""

_TURNS = 4


@dataclass(frozen=True)
class BeamDrift:
    """Expected position of the direct beam at each scan position.

    Parameters
    ----------
    positions
        Shape (n, 2), row and column (pixels).
    spread
        Standard deviation of the beam about these positions (pixels); at least the beam radius.
    rival
        Shape (2,), offset of the best alternative drift, parallel to this one (pixels).
    rival_support
        Evidence for the alternative drift over all patterns, as a fraction of the evidence for this one.
    """

    positions: np.ndarray
    spread: float
    rival: np.ndarray
    rival_support: float


def find_drift(
    candidates: BeamCandidates,
    scan_shape: tuple[int, int],
    detector_shape: tuple[int, int],
    beam_radius: float,
) -> BeamDrift:
    """Find the smooth function of scan position that passes through a disk of most patterns.

    Every pattern contains the direct beam, and its position changes slowly, whereas a diffracted disk
    persists within one grain only. The common position with most support is found first, then a polynomial
    is fitted to the nearest disks, as py4DSTEM fits one to its origins (`fit_origin`), and the residuals are
    smoothed over neighbouring positions. Whole rows without disks near this drift, after a jump of the beam,
    get a separate drift.

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
    BeamDrift
    """
    if not np.isfinite(candidates.evidence).any():
        middle = (np.array(detector_shape) - 1) / 2
        return BeamDrift(np.tile(middle, (len(candidates.evidence), 1)), beam_radius, np.zeros(2), 0.0)
    positions, spread = _drift(candidates, scan_shape, detector_shape, beam_radius)
    positions = _after_jumps(candidates, positions, scan_shape, detector_shape, spread, beam_radius)
    _, rival, share = _supported(candidates, positions, detector_shape, spread)
    return BeamDrift(positions, spread, rival, share)


def _after_jumps(
    candidates: BeamCandidates,
    drift: np.ndarray,
    scan_shape: tuple[int, int],
    detector_shape: tuple[int, int],
    spread: float,
    beam_radius: float,
) -> np.ndarray:
    """Return a drift, shape (n, 2), that is refitted in scan rows without disks near the given one.

    Whole rows are refitted because a jump of the beam persists, while a grain seldom fills whole rows.
    """
    support = _row_support(candidates, drift, scan_shape, spread)
    for _ in range(MOST_JUMPS):
        left = _only(candidates, np.repeat(support < LEAST_SUPPORT, scan_shape[1]))
        if not np.isfinite(left.evidence).any():
            break
        piece, _ = _drift(left, scan_shape, detector_shape, beam_radius)
        found = _row_support(left, piece, scan_shape, spread)
        better = found > np.maximum(support, LEAST_SUPPORT)
        drift = np.where(np.repeat(better, scan_shape[1])[:, None], piece, drift)
        support = np.where(better, found, support)
    return drift


def _drift(
    candidates: BeamCandidates,
    scan_shape: tuple[int, int],
    detector_shape: tuple[int, int],
    beam_radius: float,
) -> tuple[np.ndarray, float]:
    """Return a single smooth drift, shape (n, 2), and the standard deviation of the beam about it."""
    wide = max(2 * beam_radius, START_SHARE * min(detector_shape))
    still = np.zeros((len(candidates.evidence), 2))
    start, _, _ = _supported(candidates, still, detector_shape, wide)
    drift = _polynomial(candidates, still + start, scan_shape, wide)
    spread = max(2 * _typical_distance(candidates, drift, wide), beam_radius, 1.0)
    drift = _smoothed(candidates, drift, scan_shape, spread)
    better, _, _ = _supported(candidates, drift, detector_shape, spread)
    if np.linalg.norm(better) > 2 * spread:
        drift = _smoothed(candidates, drift + better, scan_shape, spread)
    return drift, spread


def _only(candidates: BeamCandidates, chosen: np.ndarray) -> BeamCandidates:
    """Return the candidates of the chosen patterns, shape (n,) bool; other patterns have none."""
    return BeamCandidates(
        np.where(chosen[:, None, None], candidates.positions, np.nan),
        np.where(chosen[:, None], candidates.evidence, -np.inf),
    )


def _row_support(
    candidates: BeamCandidates, drift: np.ndarray, scan_shape: tuple[int, int], spread: float
) -> np.ndarray:
    """Return the mean likelihood that the beams of each scan row follow a drift, shape (rows,)."""
    _, likelihood = _nearest(candidates, drift, spread)
    return likelihood.reshape(scan_shape).mean(axis=1)


def agreement(candidates: BeamCandidates, drift: np.ndarray, spread: float) -> np.ndarray:
    """Return the log-likelihood of each candidate, shape (n, K), near a drift, shape (n, 2)."""
    squares = np.sum((candidates.positions - drift[:, None]) ** 2, axis=-1)
    return candidates.evidence - np.where(np.isfinite(squares), squares, np.inf) / (2 * spread**2)


def _nearest(candidates: BeamCandidates, drift: np.ndarray, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the most likely candidate near the drift, shape (n, 2), and its likelihood, shape (n,)."""
    scores = agreement(candidates, drift, spread)
    best = scores.argmax(axis=1)
    each = np.arange(len(best))
    found = candidates.positions[each, best]
    return np.where(np.isfinite(found), found, drift), np.exp(scores[each, best])


def _typical_distance(candidates: BeamCandidates, drift: np.ndarray, spread: float) -> float:
    found, _ = _nearest(candidates, drift, spread)
    there = np.isfinite(candidates.evidence).any(axis=1)
    return float(np.median(np.linalg.norm(found - drift, axis=1)[there]))


def _supported(
    candidates: BeamCandidates, drift: np.ndarray, detector_shape: tuple[int, int], spread: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the offset from a drift with most evidence, the second best one and its evidence ratio."""
    cell = spread / 2
    votes, origin = _votes(candidates, drift, detector_shape, cell)
    votes = gaussian_filter(votes, spread / cell, mode="constant")
    first = np.unravel_index(votes.argmax(), votes.shape)
    rows, columns = np.ogrid[: votes.shape[0], : votes.shape[1]]
    apart = np.hypot(rows - first[0], columns - first[1]) * cell > 3 * spread
    others = np.where(apart, votes, 0)
    second = np.unravel_index(others.argmax(), votes.shape)
    return (first - origin) * cell, (second - origin) * cell, float(others.max() / votes.max())


def _votes(
    candidates: BeamCandidates, drift: np.ndarray, detector_shape: tuple[int, int], cell: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the summed likelihood of each offset from a drift and the histogram cell of zero offset."""
    origin = np.ceil(np.array(detector_shape) / cell).astype(int)
    there = np.isfinite(candidates.evidence)
    offsets = (candidates.positions - drift[:, None])[there] / cell
    cells = np.clip(np.rint(offsets).astype(int) + origin, 0, 2 * origin)
    votes = np.zeros(2 * origin + 1)
    np.add.at(votes, tuple(cells.T), np.exp(candidates.evidence[there]))
    return votes, origin


def _polynomial(
    candidates: BeamCandidates, drift: np.ndarray, scan_shape: tuple[int, int], spread: float
) -> np.ndarray:
    """Return a polynomial drift through the nearest candidates, with the degree increased stepwise."""
    there = np.count_nonzero(np.isfinite(candidates.evidence).any(axis=1))
    for degree in range(LARGEST_DEGREE + 1):
        terms = _terms(scan_shape, degree)
        if degree and _LEAST_PATTERNS * terms.shape[1] > there:
            break
        # A curve could bend towards disks of a large grain, which may be as far away as a ramp is high.
        near = spread if degree < 2 else spread / 2
        for _ in range(_TURNS):
            found, weight = _nearest(candidates, drift, near)
            weighted = terms * weight[:, None]
            drift = terms @ np.linalg.lstsq(weighted.T @ terms, weighted.T @ found, rcond=None)[0]
    return drift


def _terms(scan_shape: tuple[int, int], degree: int) -> np.ndarray:
    """Return the monomials up to a degree at each scan position, shape (n, terms)."""
    y, x = (np.indices(scan_shape) / np.reshape(scan_shape, (2, 1, 1)) - 0.5).reshape(2, -1)
    rows, columns = (range(min(degree + 1, size)) for size in scan_shape)
    return np.stack([y**i * x**j for i in rows for j in columns if i + j <= degree], axis=1)


def _smoothed(
    candidates: BeamCandidates, drift: np.ndarray, scan_shape: tuple[int, int], spread: float
) -> np.ndarray:
    """Return a drift that also follows the residuals shared by neighbouring positions."""
    smooth = drift
    for _ in range(_TURNS):
        found, weight = _nearest(candidates, smooth, spread)
        columns = np.column_stack([weight, weight[:, None] * (found - drift)]).reshape(*scan_shape, 3)
        total, *moments = (
            gaussian_filter(columns[..., k], NEIGHBOURHOOD, mode="constant").ravel() for k in range(3)
        )
        smooth = drift + np.stack(moments, axis=1) / np.maximum(total, 1e-9)[:, None]
    return smooth
