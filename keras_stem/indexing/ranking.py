"""Ranking of the solutions of each pattern, and the reliability of the best one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.crystal.rotations import from_matrices
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.distinct import distinct
from keras_stem.indexing.matching import Candidates


@dataclass(frozen=True)
class Solutions:
    """Distinct solutions of each pattern, the best first.

    Parameters
    ----------
    rotations
        Shape (n, best), lab to crystal.
    phase_id
        Shape (n, best), phase indices; -1 where there are no further solutions.
    q
        Shape (n, best), correlation index Q: 100 times the correlation of template and pattern, at most 100,
        which overlapping disks would exceed.
    r
        Shape (n,), reliability R: 100 (1 - Q2 / Q1), from 0 to 100, with Q2 of the second solution.
    evidence
        Shape (n,), how many more of the disks the best solution explains than the second one: the difference
        of their squared correlations times the number of disks.
    disks
        Shape (n,), number of disks that are seen, as in `keras_stem.indexing.matching.Candidates`.
    """

    rotations: Rotation
    phase_id: np.ndarray
    q: np.ndarray
    r: np.ndarray
    evidence: np.ndarray
    disks: np.ndarray


def rank(found: Sequence[Candidates], phases: Sequence[Phase], runner_up: float, best: int) -> Solutions:
    """Choose distinct solutions greedily: the best candidate that differs from all chosen before.

    Parameters
    ----------
    found
        Candidates of n patterns for each phase.
    phases
        The phases.
    runner_up
        Smallest disorientation of distinct solutions of one phase (degrees). Without it the runner-up would
        be the same solution once more, and R would be meaningless.
    best
        Number of solutions to keep.
    """
    most = max(2, best)
    parts = [_distinct(*pair, runner_up, most) for pair in zip(found, phases, strict=True)]
    matrices = np.concatenate([part.matrices for part in parts], axis=1)
    q = 100 * np.concatenate([part.correlation for part in parts], axis=1)
    phase_id = np.repeat(np.arange(len(parts)), most)
    order = np.argsort(-q, axis=1, kind="stable")[:, :most]
    q, phase_id = np.take_along_axis(q, order, axis=1), phase_id[order]
    matrices = np.take_along_axis(matrices, order[..., None, None], axis=1)[:, :best]
    there = q > 0
    r = np.where(there[:, 0], 100 * (1 - q[:, 1] / np.where(there[:, 0], q[:, 0], 1)), 0)
    disks = found[0].disks
    evidence = disks * (q[:, 0] ** 2 - q[:, 1] ** 2) / 100**2
    quaternions = from_matrices(matrices.reshape(-1, 3, 3)).data.reshape(*matrices.shape[:2], 4)
    phase_id = np.where(there, phase_id, -1)[:, :best]
    return Solutions(Rotation(quaternions), phase_id, np.minimum(q, 100)[:, :best], r, evidence, disks)


def _distinct(candidates: Candidates, phase: Phase, runner_up: float, most: int) -> Candidates:
    """Return the best distinct candidates, padded to `most`."""
    operations = proper_point_group(phase).to_matrix().reshape(-1, 3, 3)
    angle = np.deg2rad(runner_up)
    places = distinct(candidates.matrices, candidates.correlation, operations, angle, most)
    there = np.maximum(places, 0)
    return Candidates(
        np.take_along_axis(candidates.matrices, there[..., None, None], axis=1),
        np.where(places >= 0, np.take_along_axis(candidates.correlation, there, axis=1), 0),
        candidates.disks,
    )
