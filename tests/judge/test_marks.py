"""Marks of right orientations and of vacuum."""

import numpy as np

from judge.marks import marked_and_right
from judge.physics import Physics
from judge.test_set import Patterns, TestSet

OXIDE = TestSet("oxide", Physics("keras_stem", "layered_oxide"), dose=1e5, pixels=64, most=100)


def test_right_orientations_are_not_marked_and_vacuum_is(rng):
    patterns = OXIDE.make(12, 0)
    vacuum = rng.poisson(5.0, (12, 64, 64)).astype(np.uint16)
    both = Patterns(
        np.concatenate([patterns.counts, vacuum]), np.concatenate([patterns.matrices, patterns.matrices])
    )
    marked, right = marked_and_right(OXIDE, both)
    assert right[:12].sum() >= 10
    assert not marked[:12][right[:12]].any()
    assert marked[12:].all()
