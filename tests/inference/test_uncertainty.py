"""Stated uncertainties: calibrated and monotone."""

import json

import numpy as np
import pytest

from keras_stem.inference.predictions import Predictions
from keras_stem.inference.uncertainty import UncertaintyCalibration, calibrate, evidence, reliability
from keras_stem.inference.verification import VerifiedAnswers


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
    disks = np.full(5, 20.0)
    alone = VerifiedAnswers(euler, agreement, None, disks)
    rivalled = VerifiedAnswers(euler, agreement, agreement - 1, disks)
    assert evidence(Predictions(euler), None) is None
    assert evidence(Predictions(euler, spread), None).shape == (5, 1)
    assert evidence(Predictions(euler), alone).shape == (5, 1)
    assert evidence(Predictions(euler, spread, euler), rivalled).shape == (5, 3)
    assert np.isfinite(evidence(Predictions(euler, np.zeros(5)), alone)).all()


def test_reliability():
    np.testing.assert_allclose(reliability(np.array([0.0, 5.0, 20.0, np.inf])), [100, 50, 20, 0])
