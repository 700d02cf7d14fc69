"""Scores of made-up answers, whose values are known."""

from dataclasses import replace

import numpy as np
import pytest
from orix.quaternion.symmetry import D3, O

from judge.method import Answers, unknown
from judge.oracle import Ceiling
from judge.scores import Share, difference, errors, score
from judge.test_set import Patterns
from keras_stem.crystal.rotations import random_rotations, small_rotations


def answers_of(matrices, confidence=None, bound=None):
    count = len(matrices)
    return Answers(
        matrices,
        unknown(count) if confidence is None else confidence,
        unknown(count) if bound is None else bound,
        2.0,
        100.0,
    )


@pytest.fixture
def truth(rng):
    return random_rotations(2000, rng).to_matrix()


def possible(count):
    return Ceiling(np.zeros((count, 1)), np.ones((count, 1)))


def test_a_method_that_knows_the_truth_is_always_right(truth):
    turned = D3.to_matrix()[4] @ truth  # an equivalent orientation
    found = score(
        answers_of(turned), errors(answers_of(turned), Patterns(truth, truth), [D3]), possible(len(truth))
    )
    assert found.under[1].value == 1
    assert found.of_possible[5] == 1
    assert found.median < 1e-4
    assert found.rate == 1000


@pytest.mark.parametrize("symmetry", [D3, O])
def test_a_method_that_guesses_is_right_as_often_as_symmetry_says(symmetry, truth, rng):
    """The share of orientations within an angle t is (t - sin t) / pi for each operation of the group."""
    guessed = answers_of(random_rotations(len(truth), rng).to_matrix())
    wrong_by = errors(guessed, Patterns(truth, truth), [symmetry])
    for bound in (15.0, 25.0):
        angle = np.deg2rad(bound)
        expected = symmetry.size * (angle - np.sin(angle)) / np.pi
        share = Share.of(np.sum(wrong_by < bound), len(truth))
        assert share.low - 0.01 < expected < share.high + 0.01


def test_an_answer_that_is_missing_is_wrong(truth):
    matrices = truth.copy()
    matrices[:500] = np.nan
    found = score(answers_of(matrices), errors(answers_of(matrices), Patterns(truth, truth), [D3]), None)
    assert found.under[5].value == 0.75
    assert np.isnan(found.of_possible[5])


def test_an_answer_of_the_wrong_crystal_is_wrong(truth):
    phase = np.arange(len(truth)) % 2
    patterns = Patterns(truth, truth, phase)
    right = replace(answers_of(truth), phase=phase)
    assert errors(right, patterns, [D3, O]).max() < 1e-4
    first = replace(answers_of(truth), phase=0 * phase)
    assert np.mean(errors(first, patterns, [D3, O]) == 180) == 0.5


def test_stated_bounds_and_confidence(truth, rng):
    angles = np.where(np.arange(len(truth)) < 200, 20.0, 0.5)
    matrices = small_rotations(np.deg2rad(angles), rng).to_matrix() @ truth
    wrong_by = errors(answers_of(matrices), Patterns(truth, truth), [O])
    np.testing.assert_allclose(wrong_by, angles, atol=1e-6)
    bound = np.where(np.arange(len(truth)) < 100, 30.0, 0.6)
    found = score(answers_of(matrices, -wrong_by, bound), wrong_by, None)
    assert found.covered == 0.95
    assert found.stated == 0.95
    assert found.stated_wrong == pytest.approx(100 / 1900)
    assert found.risk < np.mean(wrong_by) / 2  # an ideal order
    unsure = score(answers_of(matrices, np.zeros(len(truth)), bound), wrong_by, None)
    assert unsure.risk == pytest.approx(np.mean(wrong_by))


def test_intervals_are_those_of_wilson_and_of_agresti():
    share = Share.of(81, 100)
    assert (share.low, share.high) == pytest.approx((0.7222, 0.8748), abs=1e-4)
    right, wrong = np.zeros(100), np.full(100, 90.0)
    first = np.r_[right[:80], wrong[:20]]
    second = np.r_[right[:70], wrong[:10], right[:5], wrong[:15]]
    found = difference(first, second)
    # 10 patterns won and 5 lost, of 102 with half a pattern in each cell
    assert found.value == pytest.approx(0.05)
    half = 1.959964 * np.sqrt(16 - 25 / 102) / 102
    assert (found.low, found.high) == pytest.approx((5 / 102 - half, 5 / 102 + half), abs=1e-6)
