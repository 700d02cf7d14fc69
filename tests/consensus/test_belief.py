"""Belief propagation, compared with the sum over all combinations, and in tiles."""

import itertools

import numpy as np
import pytest
from orix.quaternion import Misorientation
from toy_maps import ToyMap

import keras_stem.consensus.belief as belief
from keras_stem.consensus.angles import angles, tables
from keras_stem.consensus.belief import beliefs, likelihoods
from keras_stem.consensus.settings import Consensus
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError


def noisy(shape, seed=0):
    """A map whose positions show one of three orientations at random."""
    rng = np.random.default_rng(seed)
    shown = rng.integers(0, 3, shape)
    return ToyMap(linio2(), random_rotations(3, rng), shown, 4 + np.eye(3), 0.5, seed)


def test_angles_are_those_of_orix(rng):
    symmetry = proper_point_group(linio2())
    first, second = random_rotations(200, rng), random_rotations(200, rng)
    found = angles(first.data, second.data, np.zeros(200, int), symmetry.data, np.array([0, symmetry.size]))
    np.testing.assert_allclose(found, disorientation(first, second, symmetry), atol=1e-7)
    between = Misorientation(second * ~first, symmetry=(symmetry, symmetry))
    np.testing.assert_allclose(found, between.reduce().angle, atol=1e-6)


def test_candidates_of_two_phases_are_far_apart(rng):
    symmetry = proper_point_group(linio2())
    quaternions = np.repeat(random_rotations(1, rng).data[None], 2, axis=0)
    groups, starts = np.concatenate([symmetry.data] * 2), np.array([0, symmetry.size, 2 * symmetry.size])
    apart = tables(quaternions, np.array([[0], [1]]), np.array([[0, 1]]), groups, starts)
    assert apart[0, 0, 0] == pytest.approx(np.pi)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_beliefs_of_a_line_are_those_of_all_combinations(shape):
    settings = Consensus()
    candidates = noisy(shape).candidates()
    own = likelihoods(candidates.evidence, settings.temperature)
    pairs = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    apart = tables(candidates.quaternions, candidates.phase, pairs, *candidates.symmetry)
    alike = np.exp(-settings.boundary * np.minimum((apart / np.deg2rad(settings.bend)) ** 2, 1))
    expected = np.zeros((5, 3))
    for chosen in itertools.product(range(3), repeat=5):
        joint = np.prod([own[i, k] for i, k in enumerate(chosen)])
        joint *= np.prod([alike[e, chosen[e], chosen[e + 1]] for e in range(4)])
        expected[np.arange(5), chosen] += joint
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(beliefs(candidates, settings), expected, atol=1e-5)


def test_beliefs_do_not_depend_on_tiles(monkeypatch):
    settings = Consensus(iterations=4)
    candidates = noisy((23, 17)).candidates()
    whole = beliefs(candidates, settings)
    monkeypatch.setattr(belief, "_TILE", 5)
    np.testing.assert_array_equal(beliefs(candidates, settings), whole)


def test_a_position_without_candidates_tells_its_neighbours_nothing():
    toy = noisy((1, 3))
    offered = np.ones((3, 3), bool)
    offered[1] = False
    found = beliefs(toy.candidates(offered), Consensus())
    expected = likelihoods(toy.candidates().evidence, Consensus().temperature)
    np.testing.assert_allclose(found[[0, 2]], expected[[0, 2]], atol=1e-5)


def test_settings_are_checked():
    with pytest.raises(KerasStemError, match="Expected a temperature above 0, found 0"):
        Consensus(temperature=0)
