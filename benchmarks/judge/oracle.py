"""The ceiling: how often the most likely answer is right, where the physics of the test set is known.

The candidates of each pattern are the truth; the truth turned by small angles; its variants under the 180°
in-plane ambiguity and under the symmetry of the lattice; and the best of a bank of the test's program. The
likeliest wrong candidates are refined by random steps. A pattern that another orientation explains as well
cannot be answered by anyone. The ceiling is an upper estimate: an orientation that no candidate is near may
be as likely.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from orix.quaternion.symmetry import D2, D4, D6, O, Symmetry
from scipy.ndimage import gaussian_filter

from judge.drawing import DECAY, DIFFUSE
from judge.environments import digest, save, work_folder
from judge.physics import Spots
from judge.test_set import Patterns, TestSet
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import even_directions, from_matrices, rotations_about

COUNT = 60
"""Number of patterns for which the ceiling is determined."""

STEP = 3.0
"""Angular step of the bank (degrees)."""

TIED = 0.05
"""Difference of log-likelihoods below which candidates are as likely."""

SAME = 1.0
"""Disorientation within which candidates that are as likely count as one orientation (degrees)."""

_LATTICES = {"orthorhombic": D2, "tetragonal": D4, "trigonal": D6, "hexagonal": D6, "cubic": O}
"""Rotations of the lattice of each crystal system that may have more than its crystals."""

_SMOOTH = 0.6
_BEST, _SEARCHED, _TRIALS = 5, 2, 8
_FLOOR = 1e-3


@dataclass(frozen=True)
class Ceiling:
    """Answers of maximum likelihood.

    Parameters
    ----------
    errors
        Disorientation of each candidate from the truth, shape (n, k), in degrees.
    weights
        1 / m for the m candidates that are most likely, 0 for the others, shape (n, k).
    """

    errors: np.ndarray
    weights: np.ndarray

    def share(self, bound: float) -> float:
        """Return the share of patterns whose most likely answer has an error below a bound (degrees)."""
        return float(self._under(bound).mean())

    def _under(self, bound: float) -> np.ndarray:
        return (self.weights * (self.errors < bound)).sum(axis=1)


def ceiling(test_set: TestSet, patterns: Patterns, seed: int) -> Ceiling:
    """Return the ceiling for the first `COUNT` patterns of a test set, kept for the next run."""
    patterns = patterns.first(COUNT)
    physics = repr((test_set.physics, test_set.dose, test_set.changed)).encode()
    arrays = patterns.counts.tobytes(), patterns.matrices.tobytes()
    key = digest(*arrays, physics, Path(__file__).read_bytes())
    path = work_folder() / "ceilings" / f"{test_set.name}-{seed}-{key}.npz"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        found = determine(test_set, patterns, seed)
        save(path, {"errors": found.errors, "weights": found.weights})
    with np.load(path) as file:
        return Ceiling(file["errors"], file["weights"])


def determine(test_set: TestSet, patterns: Patterns, seed: int) -> Ceiling:
    """Return the ceiling for patterns of a test set."""
    rng = np.random.default_rng((seed, 1))
    candidates = np.concatenate(
        [
            variants(patterns.matrices, test_set.symmetry),
            nearby(patterns.matrices),
            best_of_bank(test_set, patterns.counts),
        ],
        axis=1,
    )
    likelihood = log_likelihood(test_set, patterns.counts, candidates)
    for step in (STEP / 2, STEP / 6, STEP / 20):
        errors = _errors(candidates, patterns.matrices, test_set.symmetry)
        wrong = np.where(errors > 5, likelihood, -np.inf)
        chosen = np.argsort(-wrong, axis=1)[:, :_SEARCHED]
        trials = _around(np.take_along_axis(candidates, chosen[..., None, None], 1), step, rng)
        candidates = np.concatenate([candidates, trials], axis=1)
        likelihood = np.concatenate([likelihood, log_likelihood(test_set, patterns.counts, trials)], axis=1)
    tied = likelihood > likelihood.max(axis=1, keepdims=True) - TIED
    alone = np.stack([_one_of_each(*pair, test_set.symmetry) for pair in zip(candidates, tied, strict=True)])
    errors = _errors(candidates, patterns.matrices, test_set.symmetry)
    return Ceiling(errors, alone / alone.sum(axis=1, keepdims=True))


def _one_of_each(candidates: np.ndarray, tied: np.ndarray, symmetry: Symmetry) -> np.ndarray:
    """Return which of the tied candidates, (k, 3, 3), stand for those within `SAME`, shape (k,)."""
    kept: list[int] = []
    for number in np.flatnonzero(tied):
        if not kept or _errors(candidates[None, kept], candidates[None, number], symmetry).min() > SAME:
            kept.append(int(number))
    return np.isin(np.arange(len(tied)), kept)


def variants(matrices: np.ndarray, symmetry: Symmetry) -> np.ndarray:
    """Return orientations (n, k, 3, 3) that are easily confused with the given ones, which come first.

    Of equivalent ones there is one, so that a tie counts each orientation once.
    """
    lattice = _LATTICES.get(symmetry.system, symmetry)
    lattice = _cosets(lattice.to_matrix(), symmetry.to_matrix())
    turned = matrices * np.array([-1.0, -1.0, 1.0])  # by 180 degrees about the beam
    every = np.stack([matrices, turned])
    return np.einsum("sij,tnjk->nstik", lattice, every).reshape(len(matrices), -1, 3, 3)


def _cosets(operations: np.ndarray, subgroup: np.ndarray) -> np.ndarray:
    """Return one of each set of operations that a subgroup makes equivalent, the identity first."""
    kept: list[np.ndarray] = []
    for one in operations:
        equivalent = subgroup @ one
        if not any(np.abs(equivalent - known).max(axis=(1, 2)).min() < 1e-6 for known in kept):
            kept.append(one)
    return np.stack(kept)


def nearby(matrices: np.ndarray) -> np.ndarray:
    """Return orientations (n, 24, 3, 3) turned by 0.4, 0.8, 1.6 and 4 degrees about the axes of the lab."""
    axes = np.vstack([np.eye(3), -np.eye(3)])
    small = np.concatenate(
        [rotations_about(axes, np.full(6, np.deg2rad(angle))).to_matrix() for angle in (0.4, 0.8, 1.6, 4.0)]
    )
    return np.einsum("nij,tjk->ntik", matrices, small)


def _around(matrices: np.ndarray, step: float, rng: np.random.Generator) -> np.ndarray:
    """Return random orientations (n, k, 3, 3) about each of the given ones (n, j, 3, 3)."""
    count = matrices.shape[0] * matrices.shape[1] * _TRIALS
    small = rotations_about(rng.standard_normal((count, 3)), np.deg2rad(step) * rng.uniform(0, 1.5, count))
    small = small.to_matrix().reshape(*matrices.shape[:2], _TRIALS, 3, 3)
    return np.einsum("nmij,nmtjk->nmtik", matrices, small).reshape(len(matrices), -1, 3, 3)


def log_likelihood(test_set: TestSet, counts: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return the Poisson log-likelihood (n, k) of counts (n, H, W) for candidates (n, k, 3, 3)."""
    flat = candidates.reshape(-1, 3, 3)
    per_pattern = candidates.shape[1]
    found = np.empty(len(flat))
    for first in range(0, len(flat), 2000 * per_pattern):
        part = slice(first, first + 2000 * per_pattern)
        expected = np.maximum(test_set.expected(flat[part], keep=False), _FLOOR)
        of = np.arange(len(flat))[part] // per_pattern
        found[part] = [
            np.sum(counts[k] * np.log(image, dtype=float) - image)
            for k, image in zip(of, expected, strict=True)
        ]
    return found.reshape(candidates.shape[:2])


def best_of_bank(test_set: TestSet, counts: np.ndarray) -> np.ndarray:
    """Return the best orientations (n, k, 3, 3) of a bank of the test's program.

    Patterns are compared on coarse pixels by the normalised correlation of the fourth roots of their disks,
    which tolerates the intensities of an orientation that is off by the step of the bank. For the same reason
    the beam of the bank always precesses.
    """
    bank = _looking_along(_directions(test_set.symmetry))
    smooth = replace(test_set.physics, precession_angle=max(test_set.physics.precession_angle, _SMOOTH))
    spots = smooth.spots(bank)
    azimuths = np.arange(0, 360, STEP)
    data = _features(_coarse(counts) - _background(test_set))
    scores = np.empty((len(counts), len(bank), len(azimuths)), np.float32)
    for k in range(len(bank)):
        scores[:, k] = data @ _features(_coarse_disks(spots, k, np.deg2rad(azimuths), test_set)).T
    return np.stack([_distinct(one, bank, azimuths, test_set.symmetry) for one in scores])


def _features(disks: np.ndarray) -> np.ndarray:
    """Return normalised fourth roots, shape (n, pixels); of the blurred disks without the direct beam."""
    blurred = gaussian_filter(np.maximum(disks, 0), (0, 0.7, 0.7))
    middle = (disks.shape[-1] - 1) / 2
    rows, columns = np.indices(disks.shape[1:]) - middle
    roots = np.where(np.hypot(rows, columns) > 2, blurred, 0) ** 0.25
    flat = roots.reshape(len(disks), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)


def _background(test_set: TestSet) -> np.ndarray:
    """Return the expected diffuse counts on coarse pixels, with twice their noise."""
    halo = np.exp(-test_set.instrument.detector.distances / DECAY)
    expected = _coarse(test_set.dose * DIFFUSE * halo[None] / halo.sum())
    return expected + 2 * np.sqrt(expected)


def _directions(symmetry: Symmetry) -> np.ndarray:
    """Return evenly distributed directions of the crystal, one of each set of equivalent ones."""
    every = even_directions(int(4 * np.pi / np.deg2rad(STEP) ** 2))
    generic = np.array([0.3, 0.1, 0.95])
    heights = np.einsum("sij,nj,i->sn", symmetry.to_matrix(), every, generic)
    return every[every @ generic >= heights.max(axis=0) - 1e-9]


def _looking_along(directions: np.ndarray) -> np.ndarray:
    """Return orientations with the given directions of the crystal along the lab's z."""
    first = np.cross(directions, np.where(np.abs(directions[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]]))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.stack([first, np.cross(directions, first), directions], axis=-1)


def _coarse(counts: np.ndarray) -> np.ndarray:
    """Return counts summed to about 32 x 32 pixels."""
    factor = max(1, counts.shape[-1] // 32)
    count, size = len(counts), counts.shape[-1] // factor
    return counts.reshape(count, size, factor, size, factor).sum(axis=(2, 4)).astype(np.float32)


def _coarse_disks(spots: Spots, number: int, azimuths: np.ndarray, test_set: TestSet) -> np.ndarray:
    """Return a pattern turned counter-clockwise by azimuths, its disks as points on coarse pixels."""
    positions, intensities = spots.pattern(number)
    factor = max(1, test_set.pixels // 32)
    pixel, size = test_set.instrument.detector.pixel_size * factor, test_set.pixels // factor
    cos, sin = np.cos(azimuths)[:, None], np.sin(azimuths)[:, None]
    x = (positions[:, 0] * cos - positions[:, 1] * sin) / pixel + (size - 1) / 2
    y = (size - 1) / 2 - (positions[:, 0] * sin + positions[:, 1] * cos) / pixel
    images = np.zeros((len(azimuths), size + 2, size + 2))
    rows, columns = (np.clip(np.rint(one).astype(int) + 1, 0, size + 1) for one in (y, x))
    np.add.at(images, (np.arange(len(azimuths))[:, None], rows, columns), intensities)
    return images[:, 1:-1, 1:-1]


def _distinct(scores: np.ndarray, bank: np.ndarray, azimuths: np.ndarray, symmetry: Symmetry) -> np.ndarray:
    """Return the best orientations of a pattern, at least 8 degrees apart."""
    kept: list[np.ndarray] = []
    for place in np.argsort(-scores, axis=None)[:400]:
        number, azimuth = np.unravel_index(place, scores.shape)
        angle = np.deg2rad(azimuths[azimuth])
        # A pattern that is turned counter-clockwise by an angle is that of R Rz(-angle).
        turned = bank[number] @ rotations_about(np.array([[0, 0, 1.0]]), np.array([-angle])).to_matrix()[0]
        if not kept or _errors(np.stack(kept)[None], turned[None], symmetry).min() > 8:
            kept.append(turned)
        if len(kept) == _BEST:
            break
    return np.stack([kept[k % len(kept)] for k in range(_BEST)])


def _errors(candidates: np.ndarray, truth: np.ndarray, symmetry: Symmetry) -> np.ndarray:
    """Return the disorientation of candidates (n, k, 3, 3) from the truth (n, 3, 3), in degrees."""
    every = np.broadcast_to(truth[:, None], candidates.shape)
    found = disorientation(
        from_matrices(candidates.reshape(-1, 3, 3)), from_matrices(every.reshape(-1, 3, 3)), symmetry
    )
    return np.rad2deg(found).reshape(candidates.shape[:2])
