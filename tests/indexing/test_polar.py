"""Polar coordinates: azimuths counter-clockwise from x, with y up."""

import numpy as np
import pytest

from keras_stem.indexing.polar import PolarGrid

GRID = PolarGrid(radius=1.0, radial_step=0.1, azimuths=8)


def test_circles_reach_the_radius():
    np.testing.assert_allclose(GRID.radii, np.linspace(0, 1, 11))
    assert PolarGrid(1.05, 0.1, 8).radii[-1] == pytest.approx(1.0)


def test_a_ramp_is_sampled_at_its_coordinates_about_the_direct_beam():
    rows, columns = np.indices((64, 80))
    x, y = (columns - 40.0) * 0.05, (31.0 - rows) * 0.05
    sampled = GRID.sample(np.stack([x, y]), np.full((2, 2), (31.0, 40.0)), 0.05)
    azimuths = np.arange(8) * np.pi / 4
    np.testing.assert_allclose(sampled[0], GRID.radii[:, None] * np.cos(azimuths), atol=1e-6)
    np.testing.assert_allclose(sampled[1], GRID.radii[:, None] * np.sin(azimuths), atol=1e-6)


def test_points_outside_the_detector_are_zero():
    sampled = GRID.sample(np.ones((1, 10, 10)), np.array([[4.5, 4.5]]), 0.1)
    assert sampled[0, 2].tolist() == [1.0] * 8
    assert sampled[0, 10].tolist()[::2] == [0.0] * 4  # 1.0 is twice as far as the edge


def test_the_nearest_point_of_a_position():
    rings, azimuths = GRID.nearest(np.array([[0.31, 0.0], [0.0, 0.5], [-0.2, -0.01], [0.2, -0.2], [3, 0]]))
    assert rings.tolist() == [3, 5, 2, 3, 30]
    assert azimuths.tolist() == [0, 2, 4, 7, 0]
