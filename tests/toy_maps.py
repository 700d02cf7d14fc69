"""Maps of candidates without patterns: what each pattern tells of any orientation is given."""

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.consensus.candidates import CandidateMap
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.symmetry import proper_point_group

DISKS = 8.0


class ToyMap:
    """Positions that show one of some orientations each.

    Parameters
    ----------
    phase
        The phase.
    orientations
        The orientations, shape (k,).
    shown
        Number of the orientation that each position shows, shape (rows, columns).
    evidence
        Disks that orientation j explains of positions that show i, shape (k, k).
    noise
        Standard deviation of the evidence of a position (disks).
    """

    def __init__(self, phase: Phase, orientations: Rotation, shown, evidence, noise=0.0, seed=0):
        rng = np.random.default_rng(seed)
        self.phase, self.orientations, self.shown = phase, orientations, np.asarray(shown)
        told = np.asarray(evidence, float)[self.shown.ravel()]
        self.evidence = np.clip(told + noise * rng.standard_normal(told.shape), 0.01, DISKS)
        self.asked: list[np.ndarray] = []

    def candidates(self, offered=None) -> CandidateMap:
        """Return candidates, of which a mask (n, k) says which are offered."""
        size, count = self.evidence.shape
        offered = np.ones((size, count), bool) if offered is None else offered
        return CandidateMap(
            self.shown.shape,
            [self.phase],
            np.tile(self.orientations.data.astype(np.float32), (size, 1, 1)),
            np.where(offered, 0, -1).astype(np.int16),
            np.sqrt(self.evidence / DISKS).astype(np.float32),
            np.full(size, DISKS),
        )

    def refine(self, positions, quaternions, phase):
        """Return the orientations as they are, and their correlations."""
        self.asked.append(positions)
        correlation = np.zeros(phase.shape)
        for i, position in enumerate(positions):
            for k in np.flatnonzero(phase[i] >= 0):
                correlation[i, k] = np.sqrt(self.evidence[position, self.number(quaternions[i, k])] / DISKS)
        return quaternions, correlation

    def number(self, quaternion) -> int:
        """Return the number of the orientation nearest to a quaternion."""
        same = Rotation(np.tile(quaternion, (self.orientations.size, 1)))
        return int(disorientation(same, self.orientations, proper_point_group(self.phase)).argmin())

    def numbers(self, found) -> np.ndarray:
        """Return the number of the answer of each position, shape (rows, columns)."""
        return np.reshape([self.number(one) for one in found.quaternions], self.shown.shape)
