"""Hot and dead pixels."""

import numpy as np
import pytest

from keras_stem.scan.cleaning import bad_pixels, repair


@pytest.fixture
def sample(rng):
    return rng.poisson(20, (30, 24, 24)).astype(np.uint16)


def test_hot_and_dead_pixels_are_found(sample):
    sample[:, 5, 7], sample[:, 12, 3] = 900, 0
    assert np.argwhere(bad_pixels(sample)).tolist() == [[5, 7], [12, 3]]


def test_disks_and_sparse_patterns_have_no_bad_pixels(sample, rng):
    assert not bad_pixels(sample).any()
    sample[:, 10:12, 10:12] = 900  # four connected pixels
    assert not bad_pixels(sample).any()
    assert not bad_pixels(rng.poisson(0.01, (30, 24, 24))).any()


def test_bad_pixels_become_the_median_of_good_ones():
    patterns = np.arange(2 * 25, dtype=np.uint16).reshape(2, 5, 5)
    bad = np.zeros((5, 5), bool)
    bad[2, 2] = bad[0, 0] = True
    mended = repair(patterns, bad)
    assert mended.dtype == np.uint16
    # By hand: 1 to 24 without 12 are 23 values, the twelfth of which is 13.
    assert mended[0, 2, 2] == 13
    assert mended[0, 0, 0] == 6  # of 1, 2, 5, 6, 7, 10, 11
    np.testing.assert_array_equal(mended[:, ~bad], patterns[:, ~bad])
    assert patterns[0, 2, 2] == 12
