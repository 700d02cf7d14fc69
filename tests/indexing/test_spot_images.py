"""Disks without background, direct beam and noise."""

from dataclasses import replace

import numpy as np
import pytest
from matched import DETECTOR, SETTINGS

from keras_stem.indexing.spot_images import SpotFinder, SpotImages
from keras_stem.simulate.rendering import add_disks

DISK = SETTINGS.spot_radius / DETECTOR.pixel_size
"""Radius of a disk in pixels."""

FINDER = SpotFinder(DETECTOR, SETTINGS)


def disks_at(xy, drift=(0.0, 0.0)):
    """One pattern of equal disks."""
    image = np.zeros(DETECTOR.shape)
    rows, columns = DETECTOR.to_pixels(np.array(xy, float)).T
    add_disks(image, rows + drift[0], columns + drift[1], np.full(len(rows), 1e4), DISK)
    return image[None]


def test_background_and_direct_beam_are_removed():
    spots = disks_at([(0.0, 0.0), (0.8, 0.0)])
    found = FINDER(spots + 500).visibility
    assert found[0, DETECTOR.distances < SETTINGS.beam_mask].max() == 0
    row, column = np.unravel_index(found[0].argmax(), DETECTOR.shape)
    np.testing.assert_allclose((row, column), DETECTOR.to_pixels(np.array([[0.8, 0.0]]))[0], atol=1)
    assert found[0, :, : DETECTOR.shape[1] // 2].max() < 0.1 * found.max()
    assert FINDER(np.full((1, 96, 96), 500.0)).visibility.max() < 0.1


@pytest.mark.parametrize("gain", [0.01, 1.0, 50.0])
def test_visibility_is_relative_to_the_noise_whatever_the_gain(gain, rng):
    """Noise exceeds two standard deviations, which have a visibility of 1/3, in 2.3 % of the pixels."""
    noise = gain * rng.poisson(200, (4, 96, 96))
    found = FINDER(noise).visibility[:, DETECTOR.distances > 2 * SETTINGS.beam_mask]
    assert 0.015 < np.mean(found > 1 / 3) < 0.035
    assert FINDER(gain * rng.poisson(200 + disks_at([(0.8, 0.0)]))).visibility.max() > 0.95


def test_the_direct_beam_is_found_where_it_drifted():
    found = FINDER(disks_at([(0.0, 0.0), (0.8, 0.0)], drift=(0.7, -0.4)) + 10)
    np.testing.assert_allclose(found.origins, [np.add(DETECTOR.centre, (0.7, -0.4))], atol=0.02)
    hidden = FINDER(np.zeros((1, 96, 96)))
    np.testing.assert_allclose(hidden.origins, [DETECTOR.centre])


def test_a_pattern_without_counts_has_no_disks():
    assert FINDER(np.zeros((2, 96, 96), np.uint16)).visibility.max() == 0


def test_behind_a_beam_stop_the_centre_of_the_detector_is_the_origin(rng):
    slope = np.linspace(2, 30, 96) * np.ones((96, 1))  # brighter on one side, as beside the arm of the stop
    patterns = rng.poisson(slope, (20, 96, 96)).astype(np.uint16)
    np.testing.assert_array_equal(FINDER(patterns).origins, np.tile(DETECTOR.centre, (20, 1)))


def test_a_large_bright_beam_is_found():
    finder = SpotFinder(DETECTOR, replace(SETTINGS, spot_radius=0.4))
    image = np.zeros(DETECTOR.shape)
    add_disks(image, np.array([49.0]), np.array([46.5]), np.array([1e4]), 0.4 / DETECTOR.pixel_size)
    np.testing.assert_allclose(finder(np.minimum(image, 5.0)[None]).origins, [[49.0, 46.5]], atol=0.3)


def test_few_electrons_do_not_look_like_disks(rng):
    counts = rng.poisson(0.005, (4, 96, 96)).astype(np.uint16)
    counts[:, 44:52, 44:52] += 100
    assert np.median(FINDER(counts).visibility[counts == 1]) < 0.6
    disk = counts + rng.poisson(disks_at([(0.8, 0.0)]) / 100).astype(np.uint16)
    row, column = DETECTOR.to_pixels(np.array([[0.8, 0.0]]))[0].astype(int)
    assert np.median(FINDER(disk).visibility[:, row, column]) > 0.75


def test_blocks_are_joined():
    patterns = np.concatenate([disks_at([(0.8, 0.0)]), disks_at([(0.0, 0.9)])])
    parts = [FINDER(patterns[:1]), FINDER(patterns[1:])]
    joined, whole = SpotImages.joined(parts), FINDER(patterns)
    np.testing.assert_array_equal(joined.visibility, whole.visibility)
    np.testing.assert_array_equal(joined.origins, whole.origins)
    assert joined.disk_area == whole.disk_area
