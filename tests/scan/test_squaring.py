"""Pixels that are not square are resampled."""

import numpy as np

from keras_stem.instrument.detector import Detector
from keras_stem.scan.squaring import Squaring


def test_squares_keep_the_counts_and_the_middle(rng):
    patterns = rng.poisson(5, (3, 24, 36)).astype(np.uint16)
    squaring = Squaring((24, 36), (0.03, 0.02))
    assert squaring.detector == Detector((24, 24), 0.03)
    squared = squaring.apply(patterns)
    np.testing.assert_allclose(squared.sum(axis=(1, 2)), patterns.sum(axis=(1, 2)), rtol=1e-6)
    # Pixels of 2 and 3: the first new one has the first old one and half of the second.
    np.testing.assert_allclose(squared[..., 0], patterns[..., 0] + patterns[..., 1] / 2, rtol=1e-6)
    disk = np.zeros((1, 24, 36))
    disk[0, 11:13, 17:19] = 1  # the middle pixels
    found = squaring.apply(disk)[0]
    np.testing.assert_allclose(found, found[::-1, ::-1], atol=1e-6)
