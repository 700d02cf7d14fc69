"""Patterns without background and direct beam, and their norms."""

from dataclasses import replace

import numpy as np
import pytest
from matched import DETECTOR, SETTINGS

from keras_stem.indexing.preprocessing import polar_grid, polar_spots, spots_only
from keras_stem.simulate.rendering import add_disks

DISK = SETTINGS.spot_radius / DETECTOR.pixel_size
"""Radius of a disk in pixels."""


def disks_at(xy):
    """One pattern of equal disks."""
    image = np.zeros(DETECTOR.shape)
    rows, columns = DETECTOR.to_pixels(np.array(xy, float)).T
    add_disks(image, rows, columns, np.full(len(rows), 1e4), DISK)
    return image[None]


def test_the_grid_has_two_circles_for_each_disk_radius():
    grid = polar_grid(SETTINGS)
    assert grid.azimuths == 60  # of 6 degrees each
    np.testing.assert_allclose(np.diff(grid.radii), SETTINGS.spot_radius / 2)
    assert grid.radii[-1] <= SETTINGS.radius < grid.radii[-1] + grid.radial_step


def test_background_and_direct_beam_are_removed():
    spots = disks_at([(0.0, 0.0), (0.8, 0.0)])
    found = spots_only(spots + 500, DETECTOR, SETTINGS)
    np.testing.assert_allclose(found, spots_only(spots, DETECTOR, SETTINGS), atol=0.02 * found.max())
    assert found[0, DETECTOR.distances < SETTINGS.beam_mask].max() == 0
    row, column = np.unravel_index(found[0].argmax(), DETECTOR.shape)
    np.testing.assert_allclose((row, column), DETECTOR.to_pixels(np.array([[0.8, 0.0]]))[0], atol=1)
    assert spots_only(np.full((1, 96, 96), 500.0), DETECTOR, SETTINGS).max() < 0.05


def test_gamma_is_the_exponent_of_the_intensities():
    spots = disks_at([(0.8, 0.0)])
    for gamma in (0.5, 1.0):
        one, many = (spots_only(k * spots, DETECTOR, replace(SETTINGS, gamma=gamma)).max() for k in (1, 100))
        assert many / one == pytest.approx(100**gamma, rel=1e-3)


def test_equal_disks_have_the_inverse_square_root_of_their_number():
    """The centre of a disk is on circle and azimuth of the grid, 0.813 1/Å from the direct beam."""
    radius, angles = 20 * SETTINGS.spot_radius / 2, np.deg2rad([0, 90, 180, 270])
    xy = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for count in (1, 4):
        polar = polar_spots(disks_at(xy[:count]), DETECTOR, SETTINGS)[0]
        np.testing.assert_allclose(polar[20, [0, 15, 30, 45][:count]], 1 / np.sqrt(count), rtol=0.05)


def test_a_pattern_without_spots_stays_zero():
    assert polar_spots(np.zeros((1, 96, 96)), DETECTOR, SETTINGS).max() == 0
