"""Distinct solutions of each pattern, and their reliability."""

import numpy as np
import pytest
from matched import drawn

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations, rotations_about
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.matching import Candidates
from keras_stem.indexing.ranking import rank


def test_phases_are_told_apart(two_phases, rng):
    phases, match = two_phases
    truth = random_rotations(6, rng)
    patterns = np.concatenate([drawn(phase, truth) for phase in phases])
    solutions = rank(match(patterns), phases, 10, best=3)
    assert np.sum(solutions.phase_id[:, 0] == np.repeat([0, 1], 6)) >= 11
    assert np.all(np.diff(solutions.q, axis=1) <= 0)


def test_runner_up_is_another_solution(two_phases, rng):
    phases, match = two_phases
    solutions = rank(match(drawn(phases[0], random_rotations(5, rng))), phases, 10, best=2)
    same = solutions.phase_id[:, 0] == solutions.phase_id[:, 1]
    first, second = (solutions.rotations[:, k] for k in range(2))
    apart = np.rad2deg(disorientation(first, second, proper_point_group(phases[0])))
    assert np.all(apart[same] >= 10)


def test_reliability_is_that_of_the_first_distinct_solution():
    """By hand: the second candidate is the first one once more, 2 degrees away."""
    turns = rotations_about(np.tile([0.0, 0, 1], (4, 1)), np.deg2rad([0, 2, 40, 75])).to_matrix()
    candidates = Candidates(turns[None], np.array([[0.8, 0.79, 0.6, 0.7]]), np.array([12.0]))
    solutions = rank([candidates], [linio2()], 10, best=3)
    np.testing.assert_allclose(solutions.q, [[80, 70, 60]])
    np.testing.assert_allclose(solutions.r, 100 * (1 - 0.7 / 0.8))
    np.testing.assert_allclose(solutions.evidence, 12 * (0.8**2 - 0.7**2))
    assert solutions.phase_id.tolist() == [[0, 0, 0]]


def test_an_only_solution_is_reliable():
    candidates = Candidates(np.eye(3)[None, None], np.array([[0.8]]), np.array([5.0]))
    solutions = rank([candidates], [linio2()], 10, best=2)
    assert solutions.r == pytest.approx(100)
    assert solutions.phase_id.tolist() == [[0, -1]]


def test_no_spots_are_not_indexed(two_phases):
    phases, match = two_phases
    solutions = rank(match(np.zeros((2, 96, 96))), phases, 10, best=1)
    assert np.all(solutions.phase_id == -1)
    assert np.all(solutions.q == 0)
    assert np.all(solutions.r == 0)
    assert np.all(solutions.evidence == 0)
