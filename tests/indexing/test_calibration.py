"""Bounds of errors by the evidence, and what solutions do not explain."""

import numpy as np

from keras_stem.indexing.calibration import error_bounds, unexplained


def test_more_evidence_has_smaller_bounds():
    evidence = np.array([0.0, 0.05, 0.3, 1.0, 3.0, 100.0])
    bound_68, bound_95 = error_bounds(evidence, np.zeros(6, bool))
    for bound in (bound_68, bound_95):
        assert np.all(np.diff(bound) <= 0)
        assert np.all(bound > 0)
    assert np.all(bound_95 >= bound_68)
    assert bound_68[0] > 20
    assert bound_68[-1] < 0.5


def test_no_evidence_is_like_a_negative_one():
    bound_68, _ = error_bounds(np.array([-1.0, 0.0]), np.zeros(2, bool))
    assert bound_68[0] == bound_68[1]


def test_evidence_does_not_count_where_no_solution_explains_the_pattern():
    bound_68, bound_95 = error_bounds(np.array([0.0, 5.0]), np.array([False, True]))
    assert bound_68[0] == bound_68[1]
    assert bound_95[0] == bound_95[1]


def test_more_disks_have_to_agree_better():
    agreement = np.linspace(0, 100, 101)
    marked = [unexplained(agreement, np.full(101, disks)).sum() for disks in (1.0, 3.0, 5.0, 8.0, 30.0)]
    assert 30 < marked[0] < marked[2] < marked[3] < 80
    assert np.all(np.diff(marked) >= 0)
