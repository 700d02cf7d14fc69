"""Template matching of a phase, with refinement of the best solutions."""

from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase

from keras_stem.crystal.rotations import rotations_about
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.azimuthal import best_azimuths
from keras_stem.indexing.bank import Bank, build_bank, polar_grid
from keras_stem.indexing.comparison import SpotComparison
from keras_stem.indexing.distinct import distinct
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotImages
from keras_stem.instrument.detector import Detector

MIRROR = np.diag([-1.0, 1.0, -1.0])
"""Rotation of a crystal by 180 degrees about y, which mirrors its pattern, y to -y.

This holds for every Laue group: the rotation maps a reciprocal lattice vector (x, y, z) to (-x, y, -z), and
by Friedel's law this spot is as bright as that at (x, -y, z), the mirror image at the same height above the
Ewald sphere.
"""

_APART = 8.0
"""Smallest disorientation of solutions that are refined (degrees)."""

_LOOKED_AT = 200
"""Number of solutions of a bank with steps of 2 degrees among which distinct ones are sought."""

_SOLUTIONS = 2**24
"""Number of solutions of patterns and templates in memory at once."""


@dataclass(frozen=True)
class Candidates:
    """Solutions of n patterns for a phase.

    Parameters
    ----------
    matrices
        Orientation matrices (lab to crystal), shape (n, k, 3, 3).
    correlation
        Correlation of pattern and expected spots, from 0 to about 1, shape (n, k); 0 where there is no
        solution.
    disks
        Number of disks that are seen in each pattern, those of a low visibility counted in part, shape (n,).
    """

    matrices: np.ndarray
    correlation: np.ndarray
    disks: np.ndarray


class Matcher:
    """Template matcher of a phase.

    Parameters
    ----------
    phase
        Phase with its full unit cell.
    detector
        Detector of the patterns.
    settings
        Complete settings.

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated, or none of its templates has spots within the radius.
    """

    def __init__(self, phase: Phase, detector: Detector, settings: Matching):
        self._settings = settings
        self._grid = polar_grid(detector, settings)
        self._comparison = SpotComparison(phase, detector, settings)
        self._bank = build_bank(phase, self._comparison, detector, settings)
        self._operations = proper_point_group(phase).to_matrix().reshape(-1, 3, 3)
        self._pixel_size = detector.pixel_size

    @property
    def bank(self) -> Bank:
        """Template bank."""
        return self._bank

    @property
    def comparison(self) -> SpotComparison:
        """Comparison of patterns with the phase."""
        return self._comparison

    def match(self, images: SpotImages) -> Candidates:
        """Return the best solutions for patterns.

        Parameters
        ----------
        images
            Disks of the patterns.
        """
        matrices, correlation = self.solutions(images)
        there = correlation > 0
        if not self._settings.refine:
            return Candidates(matrices, correlation / images.norms[:, None], images.disks)
        matrices = self._comparison.refined(images, matrices)
        correlation = np.where(there, self._comparison.correlation(images, matrices), 0)
        return Candidates(matrices, correlation, images.disks)

    def solutions(self, images: SpotImages) -> tuple[np.ndarray, np.ndarray]:
        """Return distinct solutions of the bank and their correlations, shapes (n, k, 3, 3) and (n, k).

        Unlike those of `match`, they are not refined, and their correlations not relative to the patterns.
        """
        size = max(1, _SOLUTIONS // (4 * len(self._bank)))
        parts = [slice(first, first + size) for first in range(0, len(images.origins), size)]
        found = [self._of_bank(images.visibility[part], images.origins[part]) for part in parts]
        return tuple(map(np.concatenate, zip(*found, strict=True)))

    def _of_bank(self, visibility: np.ndarray, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what `solutions` does, for patterns that fit into memory at once."""
        bank, grid, settings = self._bank, self._grid, self._settings
        polar = grid.sample(visibility, origins, self._pixel_size)
        azimuths, scores = best_azimuths(polar, bank.starts, bank.rings, bank.azimuths, bank.weights)
        azimuths, scores = (found.reshape(len(polar), -1) for found in (azimuths, scores))
        looked_at = min(round(_LOOKED_AT * max(1, 2 / settings.resolution) ** 2), scores.shape[1])
        chosen = np.argpartition(-scores, looked_at - 1, axis=1)[:, :looked_at]
        azimuths, scores = (np.take_along_axis(found, chosen, axis=1) for found in (azimuths, scores))
        matrices = self._turned(chosen, azimuths * grid.azimuth_step)
        number = max(settings.refine, settings.best, 2)
        apart = min(_APART, settings.runner_up) if settings.refine else settings.runner_up
        places = distinct(matrices, scores.astype(float), self._operations, np.deg2rad(apart), number)
        there = np.maximum(places, 0)
        found = np.where(places >= 0, np.take_along_axis(scores, there, axis=1), 0)
        return np.take_along_axis(matrices, there[..., None, None], axis=1), found

    def _turned(self, numbers: np.ndarray, azimuths: np.ndarray) -> np.ndarray:
        """Return templates, mirrored where indicated, turned by azimuths, shape (n, k, 3, 3)."""
        both = np.concatenate([self._bank.matrices, self._bank.matrices @ MIRROR])
        beam = np.broadcast_to([0.0, 0.0, 1.0], (azimuths.size, 3))
        turns = rotations_about(beam, -azimuths.ravel()).to_matrix().reshape(*azimuths.shape, 3, 3)
        return both[numbers % len(both)] @ turns
