"""Patterns that are unlike the training."""

import numpy as np
import pytest

from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import Predictions
from keras_stem.inference.verification import VerifiedAnswers


def answers(errors, rng):
    """Predictions with a spread, and their agreement, that tell right answers from wrong ones."""
    right, euler = errors < 5, np.zeros((len(errors), 3))
    spread = np.where(right, rng.uniform(0, 0.1, len(errors)), rng.uniform(0.5, 1, len(errors)))
    agreement = np.where(right, rng.uniform(60, 100, len(errors)), rng.uniform(0, 40, len(errors)))
    return Predictions(euler, spread), VerifiedAnswers(euler, agreement, None, np.full(len(errors), 20.0))


def test_what_is_usual_is_that_of_right_answers(rng):
    errors = np.where(np.arange(2000) < 1980, 1.0, 40.0)
    said, checked = answers(errors, rng)
    usual = NoveltyThresholds.of(said, checked, errors)
    assert 0.09 < usual.largest_spread < 0.1
    assert 60 < usual.least_agreement < 62
    unlike = usual.out_of_distribution(said, checked)
    assert unlike[errors > 5].all()
    assert 0.005 < unlike[errors < 5].mean() < 0.025  # 1 % by each
    # Either alone is enough, and is all there may be.
    silent = Predictions(said.euler)
    for one, other in ((said, None), (silent, checked)):
        assert NoveltyThresholds.of(one, other, errors).out_of_distribution(one, other)[errors > 5].all()


@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.2, 0.45])
def test_few_of_the_held_out_patterns_are_unlike_the_training(wrong, rng):
    errors = np.where(rng.uniform(size=4000) < wrong, 40.0, 1.0)
    usual = NoveltyThresholds.of(*answers(errors, rng), errors)
    assert 0 < usual.out_of_distribution(*answers(errors, rng)).mean() < 0.055
    assert usual.tells
    assert not usual.undertrained


@pytest.mark.parametrize("wrong", [0.55, 0.95, 1.0])
def test_an_untrained_model_does_not_tell_what_is_unlike_the_training(wrong, rng):
    errors = np.where(np.arange(400) < round(400 * wrong), 40.0, 1.0)
    usual = NoveltyThresholds.of(*answers(errors, rng), errors)
    assert usual.undertrained
    assert not usual.tells
    assert usual.right == pytest.approx(1 - wrong)


def test_nothing_is_told_where_nothing_is_known():
    usual = NoveltyThresholds.of(Predictions(np.zeros((9, 3))), None, np.ones(9))
    assert not usual.tells
    assert not usual.undertrained
