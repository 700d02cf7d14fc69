"""Ranking of the solutions of each pattern, and the reliability of the best one."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.bank import Bank
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
        Shape (n, best), correlation index Q: 100 times the correlation of template and pattern.
    r
        Shape (n,), reliability R: 100 (1 - Q2 / Q1), from 0 to 100, with Q2 of the second solution.
    """

    rotations: Rotation
    phase_id: np.ndarray
    q: np.ndarray
    r: np.ndarray


def rank(candidates: Candidates, bank: Bank, runner_up: float, best: int) -> Solutions:
    """Choose distinct solutions greedily: the best candidate that differs from all chosen before.

    Parameters
    ----------
    candidates
        Candidates of n patterns.
    bank
        Template bank that they refer to.
    runner_up
        Smallest disorientation of distinct solutions of one phase (degrees). Without it the runner-up would
        be the neighbouring template, and R would be meaningless.
    best
        Number of solutions to keep.

    Returns
    -------
    Solutions
    """
    phase_id = bank.phase_id[candidates.template]
    left = candidates.correlation.copy()
    rows = np.arange(len(left))
    chosen, q = [], []
    for _ in range(max(2, best)):
        column = left.argmax(axis=1)
        chosen.append(column)
        q.append(100 * left[rows, column])
        left[_angles_from(candidates.rotations, phase_id, column, bank) < np.deg2rad(runner_up)] = 0
    columns, q = np.stack(chosen, axis=1), np.stack(q, axis=1)
    there = q > 0
    r = np.where(there[:, 0], 100 * (1 - q[:, 1] / np.where(there[:, 0], q[:, 0], 1)), 0)
    return Solutions(
        rotations=Rotation(candidates.rotations.data[rows[:, None], columns][:, :best]),
        phase_id=np.where(there, phase_id[rows[:, None], columns], -1)[:, :best],
        q=q[:, :best],
        r=r,
    )


def _angles_from(rotations: Rotation, phase_id: np.ndarray, column: np.ndarray, bank: Bank) -> np.ndarray:
    """Return the disorientation of all candidates (n, k) from one per pattern; inf for other phases."""
    rows = np.arange(len(column))
    first = np.broadcast_to(rotations.data[rows, column][:, None], rotations.data.shape)
    angles = np.full(phase_id.shape, np.inf)
    for number, phase in enumerate(bank.phases):
        pairs = (phase_id == number) & (phase_id[rows, column] == number)[:, None]
        angles[pairs] = disorientation(
            Rotation(first[pairs]), Rotation(rotations.data[pairs]), proper_point_group(phase)
        )
    return angles
