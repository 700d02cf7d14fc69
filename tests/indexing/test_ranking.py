"""Distinct solutions of each pattern, and their reliability."""

import numpy as np
from matched import DETECTOR, SETTINGS, drawn

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.matching import Matcher
from keras_stem.indexing.preprocessing import polar_grid, polar_spots
from keras_stem.indexing.ranking import rank


def test_phases_are_told_apart(two_phases, rng):
    phases, bank = two_phases
    truth = random_rotations(6, rng)
    patterns = np.concatenate([drawn(phase, truth) for phase in phases])
    matcher = Matcher(bank, polar_grid(SETTINGS), keep=1.0)
    solutions = rank(matcher.match(polar_spots(patterns, DETECTOR, SETTINGS)), bank, 10, best=3)
    assert np.sum(solutions.phase_id[:, 0] == np.repeat([0, 1], 6)) >= 11
    assert np.all(np.diff(solutions.q, axis=1) <= 0)
    np.testing.assert_allclose(solutions.r, 100 * (1 - solutions.q[:, 1] / solutions.q[:, 0]))


def test_runner_up_is_another_solution(two_phases, rng):
    phases, bank = two_phases
    matcher = Matcher(bank, polar_grid(SETTINGS), keep=1.0)
    polar = polar_spots(drawn(phases[0], random_rotations(5, rng)), DETECTOR, SETTINGS)
    solutions = rank(matcher.match(polar), bank, 10, best=2)
    same = solutions.phase_id[:, 0] == solutions.phase_id[:, 1]
    first, second = (solutions.rotations[:, k] for k in range(2))
    apart = np.rad2deg(disorientation(first, second, proper_point_group(phases[0])))
    assert np.all(apart[same] >= 10)


def test_no_spots_are_not_indexed(two_phases):
    _, bank = two_phases
    polar = polar_spots(np.zeros((2, 96, 96)), DETECTOR, SETTINGS)
    solutions = rank(Matcher(bank, polar_grid(SETTINGS), keep=0.1).match(polar), bank, 10, best=1)
    assert np.all(solutions.phase_id == -1)
    assert np.all(solutions.q == 0)
    assert np.all(solutions.r == 0)
