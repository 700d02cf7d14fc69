"""What the subsets of a simulated scan hold."""

import numpy as np
import pytest
from paper.subsets import unseen, wrong_labels

from keras_stem.scan.subsets import SUBSETS


def test_labels_are_worse_in_larger_subsets(scan):
    counts, shares = zip(*(wrong_labels(scan, name) for name in SUBSETS), strict=True)
    assert counts[0] > counts[1] > counts[2]
    assert shares[0] > shares[1] >= shares[2]
    assert counts[0] == np.prod(scan.info.shape)


def test_grains_that_the_best_subset_hardly_shows(scan):
    grains, hardly, share = unseen(scan)
    known = len(np.unique(scan.labels.prop["truth_grain"]))
    assert 0 <= hardly < grains <= known
    assert share == pytest.approx(0) if hardly == 0 else 0 < share <= 1
