"""Correlation at all azimuths against sums by hand."""

import numpy as np

from keras_stem.indexing.azimuthal import best_azimuths

STARTS = np.array([0, 3, 5])
RINGS = np.array([1, 2, 3, 2, 0])
TURNS = np.array([0, 50, 130, 5, 179])
WEIGHTS = np.array([0.5, 0.6, 0.7, 0.8, 0.6], np.float32)


def sums(image, template, side):
    """The sum at each azimuth of the pattern, for a template or its mirror image."""
    spots = range(STARTS[template], STARTS[template + 1])
    rolled = [WEIGHTS[k] * np.roll(image[RINGS[k]], TURNS[k] if side else -TURNS[k]) for k in spots]
    return np.sum(rolled, axis=0)


def test_the_best_azimuths_are_those_of_sums_by_hand(rng):
    images = rng.random((3, 4, 180), np.float32)
    azimuths, found = best_azimuths(images, STARTS, RINGS, TURNS, WEIGHTS)
    for k, side, template in np.ndindex(3, 2, 2):
        by_hand = sums(images[k], template, side)
        best = by_hand.argmax()
        assert azimuths[k, 0, side, template] == best
        near = (best + 90 + np.arange(-4, 5)) % 180
        assert azimuths[k, 1, side, template] == near[by_hand[near].argmax()]
        np.testing.assert_allclose(
            found[k, :, side, template], by_hand[azimuths[k, :, side, template]], rtol=1e-5
        )
