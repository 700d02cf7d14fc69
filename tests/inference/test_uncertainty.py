"""Stated uncertainties: calibrated, monotone, and scored."""

import json

import numpy as np
import pytest

from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import Predictions
from keras_stem.inference.uncertainty import UncertaintyCalibration, calibrate, evidence, reliability
from keras_stem.inference.verification import VerifiedAnswers
from keras_stem.metrics.confidence import score_confidence


def told_and_true(count, rng):
    """Evidence of two kinds, and errors (deg) whose size it tells; the third kind says nothing."""
    size, doubt = rng.uniform(-2, 1.5, count), rng.uniform(0, 1, count)
    scale = np.exp(size + 2 * doubt)
    return np.stack([size, doubt, rng.normal(size=count)], axis=1), scale * rng.rayleigh(0.3, count)


def test_bounds_cover_fresh_errors(rng):
    calibration = calibrate(*told_and_true(4000, rng))
    known, errors = told_and_true(4000, rng)
    bound_68, bound_95 = calibration.bounds(known)
    assert np.mean(errors <= bound_68) == pytest.approx(0.68, abs=0.03)
    assert np.mean(errors <= bound_95) == pytest.approx(0.95, abs=0.02)
    assert np.all(bound_68 <= bound_95)
    # Not only on average: among the surest and among the least sure, too.
    for part in np.array_split(np.argsort(bound_68), 4):
        assert np.mean(errors[part] <= bound_68[part]) == pytest.approx(0.68, abs=0.06)


def test_bounds_grow_with_what_is_expected(rng):
    calibration = calibrate(*told_and_true(2000, rng))
    worse = np.stack([np.linspace(-4, 4, 200), np.linspace(0, 1, 200), np.zeros(200)], axis=1)
    for bound in calibration.bounds(worse):
        assert np.all(np.diff(bound) >= 0)
        assert bound[-1] > 5 * bound[0] > 0


def test_few_predictions_have_a_common_bound(rng):
    known, errors = told_and_true(30, rng)
    bound_68, bound_95 = calibrate(known, errors).bounds(known)
    assert np.ptp(bound_68) == np.ptp(bound_95) == 0
    assert np.mean(errors <= bound_68) == pytest.approx(0.68, abs=0.04)


def test_a_calibration_survives_json(rng):
    known, errors = told_and_true(500, rng)
    calibration = calibrate(known, errors)
    again = UncertaintyCalibration(**json.loads(json.dumps(calibration.to_dict())))
    for bounds in zip(again.bounds(known), calibration.bounds(known), strict=True):
        np.testing.assert_array_equal(*bounds)


def test_evidence_is_what_there_is(rng):
    euler = rng.uniform(size=(5, 3))
    spread, agreement = rng.uniform(0.01, 1, 5), rng.uniform(0, 100, 5)
    alone = VerifiedAnswers(euler, agreement, None)
    rivalled = VerifiedAnswers(euler, agreement, agreement - 1)
    assert evidence(Predictions(euler), None) is None
    assert evidence(Predictions(euler, spread), None).shape == (5, 1)
    assert evidence(Predictions(euler), alone).shape == (5, 1)
    assert evidence(Predictions(euler, spread, euler), rivalled).shape == (5, 3)
    assert np.isfinite(evidence(Predictions(euler, np.zeros(5)), alone)).all()


def answers(errors, rng):
    """Predictions with a spread, and their agreement, that tell right answers from wrong ones."""
    right, euler = errors < 5, np.zeros((len(errors), 3))
    spread = np.where(right, rng.uniform(0, 0.1, len(errors)), rng.uniform(0.5, 1, len(errors)))
    agreement = np.where(right, rng.uniform(60, 100, len(errors)), rng.uniform(0, 40, len(errors)))
    return Predictions(euler, spread), VerifiedAnswers(euler, agreement, None)


def test_what_is_usual_is_that_of_right_answers(rng):
    errors = np.where(np.arange(2000) < 1980, 1.0, 40.0)
    said, checked = answers(errors, rng)
    usual = NoveltyThresholds.of(said, checked, errors)
    assert 0.09 < usual.largest_spread < 0.1
    assert 60 < usual.least_agreement < 62
    assert usual.common_agreement == pytest.approx(68, abs=1.5)
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


def test_reliability():
    np.testing.assert_allclose(reliability(np.array([0.0, 5.0, 20.0, np.inf])), [100, 50, 20, 0])


def test_perfect_uncertainties(rng):
    errors = rng.exponential(2, 1000)
    perfect = score_confidence(errors, errors, errors)
    assert (perfect.covered_68, perfect.covered_95) == (1, 1)
    assert perfect.spearman == pytest.approx(1)
    ascending = np.sort(errors)
    assert perfect.risk == pytest.approx(np.mean(np.cumsum(ascending) / np.arange(1, 1001)))
    assert perfect.risk < 0.6 * errors.mean()
    reversed_ = score_confidence(-errors, -errors, errors)
    assert reversed_.risk > errors.mean()


def test_useless_uncertainties(rng):
    errors = rng.exponential(2, 4000)
    useless = score_confidence(rng.uniform(0, 5, 4000), np.full(4000, 5.0), errors)
    assert useless.spearman == pytest.approx(0, abs=0.05)
    assert useless.risk == pytest.approx(errors.mean(), rel=0.1)


@pytest.mark.filterwarnings("error")
def test_a_constant_uncertainty_has_the_mean_error_for_its_risk(rng):
    errors = np.sort(rng.exponential(2, 1000))
    bounds = np.full(1000, 2.0), np.full(1000, 6.0)
    for order in (errors, errors[::-1]):
        constant = score_confidence(*bounds, order)
        assert constant.covered_68 == np.mean(errors <= 2)
        assert constant.covered_95 == np.mean(errors <= 6)
        assert constant.risk == pytest.approx(errors.mean())
