"""Bounds of errors by the evidence."""

import numpy as np

from keras_stem.indexing.error_bounds import error_bounds


def test_more_evidence_has_smaller_bounds():
    evidence = np.array([0.0, 0.05, 0.3, 1.0, 3.0, 100.0])
    bound_68, bound_95 = error_bounds(evidence)
    for bound in (bound_68, bound_95):
        assert np.all(np.diff(bound) <= 0)
        assert np.all(bound > 0)
    assert np.all(bound_95 >= bound_68)
    assert bound_68[0] > 20
    assert bound_68[-1] < 0.5


def test_no_evidence_is_like_a_negative_one():
    np.testing.assert_array_equal(error_bounds(np.array([-1.0])), error_bounds(np.array([0.0])))
