"""Correlation of a hand-made image with a hand-made crystal, and its maximum."""

import numpy as np
import pytest
from phases import PHASES

from keras_stem.crystal.rotations import random_rotations, rotations_about
from keras_stem.indexing.correlation import climbed, correlations, turned
from keras_stem.indexing.intensities import Weighting, expected_spots, extinctions
from keras_stem.instrument.beam import Beam

PIXEL, WIDTH = 0.05, 2.0
BEAM = Beam(300.0, 1.6, 0.6)
FRAME = (PIXEL, 0.2, 2.0)
WEIGHTING = Weighting(80.0, 0.03, 0.25).parameters(BEAM)
ORIGIN = np.array([[31.2, 31.9]])


@pytest.fixture(scope="module")
def reflections():
    return extinctions(PHASES["R-3m"](), BEAM, 2.0)


def image_of(reflections, matrix):
    """Gaussian spots (n, H, W) of an orientation, as high as their weights."""
    x, y, weights = expected_spots(*reflections, matrix, WEIGHTING, *FRAME[1:])
    rows, columns = np.indices((64, 64))
    image = np.zeros((1, 64, 64), np.float32)
    for a, b, height in zip(x, y, weights, strict=True):
        square = (rows - ORIGIN[0, 0] + b / PIXEL) ** 2 + (columns - ORIGIN[0, 1] - a / PIXEL) ** 2
        image[0] = np.maximum(image[0], height * np.exp(-square / (2 * WIDTH**2)))
    return image


def correlation(reflections, image, matrices):
    return correlations(image, ORIGIN, matrices[None], reflections, WEIGHTING, FRAME)[0]


def test_the_orientation_of_the_image_correlates_best(reflections, rng):
    matrices = random_rotations(200, rng).to_matrix()
    found = correlation(reflections, image_of(reflections, matrices[7]), matrices)
    assert found.argmax() == 7
    # Only what linear interpolation loses at the tops, and spots cut by the edges, are missing.
    assert 0.85 < found[7] < 1.01


def test_a_small_rotation_is_found(reflections, rng):
    truth = random_rotations(1, rng).to_matrix()
    image = image_of(reflections, truth[0])
    starts = truth @ rotations_about(rng.standard_normal((6, 3)), np.full(6, 0.012)).to_matrix()
    found = climbed(image, ORIGIN, starts[None], reflections, WEIGHTING, FRAME)[0]
    before, after = (correlation(reflections, image, matrices) for matrices in (starts, found))
    assert np.all(after >= before)
    cosines = (np.einsum("kij,ij->k", found, truth[0]) - 1) / 2
    assert np.median(np.rad2deg(np.arccos(np.minimum(cosines, 1)))) < 0.3


def test_a_rotation_is_that_of_rodrigues():
    vector = np.array([0.01, -0.02, 0.005])
    by_orix = rotations_about(vector[None], np.array([np.linalg.norm(vector)])).to_matrix()[0]
    np.testing.assert_allclose(turned(np.eye(3), vector), by_orix, atol=1e-12)


def test_no_image_stays_where_it_is(reflections, rng):
    matrices = random_rotations(3, rng).to_matrix()[None]
    nothing = np.zeros((1, 64, 64), np.float32)
    np.testing.assert_array_equal(climbed(nothing, ORIGIN, matrices, reflections, WEIGHTING, FRAME), matrices)
    np.testing.assert_array_equal(correlation(reflections, nothing, matrices[0]), 0)
