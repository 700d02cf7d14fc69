"""Bounds of errors from evidence and errors whose relation is known."""

import numpy as np

from judge.calibration import RARE, STEPS, bounds, least_agreement
from keras_stem.indexing.calibration import log_evidence


def test_bounds_are_quantiles_of_the_errors(rng):
    """Errors are exponentially distributed about a scale of 1 / evidence."""
    evidence = rng.uniform(0.5, 5, 60_000)
    found = bounds(evidence, rng.exponential(1 / evidence))
    assert {len(values) for values in found.values()} == {STEPS}
    scale = 1 / (np.exp(found["log_evidence"]) - np.exp(log_evidence(np.zeros(1))))
    np.testing.assert_allclose(found["bound_68"], -np.log(0.32) * scale, rtol=0.2)
    np.testing.assert_allclose(found["bound_95"], -np.log(0.05) * scale, rtol=0.2)


def test_bounds_never_rise_with_the_evidence(rng):
    found = bounds(rng.random(500), rng.random(500))
    for name in ("bound_68", "bound_95"):
        assert np.all(np.diff(found[name]) <= 0)


def test_the_least_agreement_is_that_of_nearly_all_right_solutions(rng):
    """The agreement is evenly distributed over 40, from 10 for each disk."""
    disks = rng.uniform(3, 6, 60_000)
    found = least_agreement(10 * disks + rng.uniform(0, 40, len(disks)), disks)
    np.testing.assert_allclose(found["least_agreement"], 10 * np.array(found["disks"]) + 40 * RARE, atol=1.5)
