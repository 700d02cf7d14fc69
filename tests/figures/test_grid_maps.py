"""Values, colours and boundaries on the grid of a map."""

import numpy as np
import pytest
from grids import NICKEL, map_of
from matplotlib.figure import Figure
from orix.quaternion import Rotation

from keras_stem.analysis.grid import grid_of
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.figures.grid_maps import (
    draw_colors,
    draw_keys,
    draw_segments,
    draw_values,
    orientation_colors,
    segment_lines,
)
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.figures.style import MASKED


@pytest.fixture
def grid(rng):
    """Two phases; the last point is masked."""
    phase_id = np.array([0, 0, 1, 1, 0, -1])
    made = map_of(random_rotations(6, rng), (2, 3), phase=[linio2(), NICKEL], phase_id=phase_id)
    return grid_of(made)


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_values_hide_masked_and_unknown_points(grid, axes):
    values = np.array([1.0, 2, np.nan, 4, 5, 6])
    shown = draw_values(axes, grid, values).get_array()
    np.testing.assert_array_equal(shown.mask, [[False, False, True], [False, False, True]])
    np.testing.assert_array_equal(shown.compressed(), [1, 2, 4, 5])


def test_colours_are_those_of_each_phase_and_grey_without_one(grid, axes):
    colors = orientation_colors(grid, "z")
    for number, phase in ((0, linio2()), (1, NICKEL)):
        own = grid.phase == number
        expected = ipf_colors(Rotation(grid.rotations.data[own]), phase, "z")
        np.testing.assert_allclose(colors[own], expected)
    np.testing.assert_allclose(colors[-1], MASKED)
    image = draw_colors(axes, grid, np.ones((6, 3))).get_array()
    np.testing.assert_allclose(image[1, 2], MASKED)
    np.testing.assert_allclose(image[0], 1)


def test_lines_of_segments_lie_between_their_points():
    """In a map of three columns: 0 | 1 side by side, and 1 above 4."""
    lines = segment_lines(np.array([[0, 1], [1, 4]]), (2, 3))
    np.testing.assert_allclose(lines, [[(0.5, -0.5), (0.5, 0.5)], [(0.5, 0.5), (1.5, 0.5)]])


@pytest.mark.parametrize(("most", "rasterized"), [(1, True), (2, False)])
def test_many_lines_become_pixels(grid, axes, monkeypatch, most, rasterized):
    monkeypatch.setattr("keras_stem.figures.grid_maps.MOST_LINES", most)
    draw_segments(axes, grid, np.array([[0, 1], [1, 4]]), color="red")
    [lines] = axes.collections
    assert len(lines.get_segments()) == 2
    assert lines.get_rasterized() is rasterized


def test_each_phase_has_its_key_below_its_name(grid):
    figure = Figure(figsize=(2, 6))
    draw_keys(figure, grid, "z", 0.4, 0.8)
    assert [text.get_text() for text in figure.texts] == list(grid.names.values())
    for text, key in zip(figure.texts, figure.axes, strict=True):
        assert text.get_position()[1] > key.get_position(original=True).y1
