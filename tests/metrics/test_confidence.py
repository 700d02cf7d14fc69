"""Scores of stated uncertainties."""

import numpy as np
import pytest

from keras_stem.metrics.confidence import score_confidence


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
