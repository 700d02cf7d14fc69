"""The ceiling on patterns of this package, and where no answer is better than another."""

import numpy as np
import pytest
from orix.quaternion.symmetry import D3, D6, O

from judge.method import Answers
from judge.oracle import Ceiling, best_of_bank, ceiling, determine, variants
from judge.physics import Physics
from judge.scores import errors
from judge.test_set import Patterns, TestSet
from keras_stem.crystal.rotations import random_rotations

COPPER = TestSet("copper", Physics("keras_stem", "copper"), dose=1e5, pixels=32, most=100)


def wrong_by(matrices, truth, symmetry):
    return errors(Answers(matrices, truth, truth, 1.0, 0.0), Patterns(truth, truth), [symmetry])


def test_most_likely_answers_of_kinematic_patterns_are_right():
    found = determine(COPPER, COPPER.make(10, 0), 0)
    assert found.share(1) == pytest.approx(1)


def test_ceilings_are_kept(monkeypatch):
    patterns = COPPER.make(4, 0)
    first = ceiling(COPPER, patterns, 0)
    monkeypatch.setattr("judge.oracle.determine", None)
    np.testing.assert_array_equal(ceiling(COPPER, patterns, 0).errors, first.errors)
    with pytest.raises(TypeError):  # it would be determined again
        ceiling(COPPER, COPPER.make(4, 1), 0)


def test_without_counts_every_candidate_is_as_likely():
    """The share is that of the candidates within the bound."""
    dark = TestSet("dark", COPPER.physics, dose=1e-7, pixels=32, most=10)
    found = determine(dark, dark.make(4, 0), 0)
    weights = found.weights
    np.testing.assert_allclose(weights, (weights > 0) / (weights > 0).sum(axis=1, keepdims=True))
    assert found.share(5) < 0.5


def test_ties_count_in_part():
    found = Ceiling(np.array([[0.5, 40.0], [0.5, 40.0]]), np.array([[0.5, 0.5], [1.0, 0.0]]))
    assert found.share(1) == 0.75


def test_the_bank_finds_copper():
    patterns = COPPER.make(20, 0)
    found = best_of_bank(COPPER, patterns.counts)
    nearest = np.min([wrong_by(found[:, k], patterns.matrices, O) for k in range(found.shape[1])], axis=0)
    assert np.mean(nearest < 8) > 0.8


def test_variants_begin_with_the_truth(rng):
    matrices = random_rotations(3, rng).to_matrix()
    found = variants(matrices, D3)
    np.testing.assert_allclose(wrong_by(found[:, 0], matrices, D3), 0, atol=1e-4)
    np.testing.assert_allclose(np.linalg.det(found), 1)


@pytest.mark.parametrize(("symmetry", "count"), [(D3, 4), (D6, 2), (O, 2)])
def test_variants_are_distinct(symmetry, count, rng):
    [found] = variants(random_rotations(1, rng).to_matrix(), symmetry)
    assert len(found) == count
    apart = [wrong_by(found, np.roll(found, k, axis=0), symmetry).min() for k in range(1, count)]
    assert min(apart) > 1
