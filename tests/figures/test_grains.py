"""Maps and sizes of grains."""

import numpy as np
import pytest
from grids import LAYOUT, layout_map
from matplotlib.collections import LineCollection

from keras_stem.analysis.grains import kernel_average, measure_grains
from keras_stem.analysis.grid import grid_of
from keras_stem.crystal.grains import OUTSIDE
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.figures.grains import grain_figure, local_misorientation_figure, rims, size_figure
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.figures.style import MASKED

NUMBERS = np.where(LAYOUT == 2, OUTSIDE, LAYOUT).ravel()
"""Two grains, and a point in neither."""


@pytest.fixture
def grid(rng):
    return grid_of(layout_map(LAYOUT, random_rotations(3, rng)))


@pytest.fixture
def grains(grid):
    return measure_grains(grid, NUMBERS)


def test_each_grain_has_the_colour_of_its_mean_and_black_rims(grid, grains):
    axes = grain_figure(grid, NUMBERS, grains).axes[0]
    image = axes.images[0].get_array().reshape(-1, 3)
    expected = ipf_colors(grains.orientation, linio2(), "z")
    inside = NUMBERS != OUTSIDE
    np.testing.assert_allclose(image[inside], expected[NUMBERS[inside]], atol=1e-6)
    np.testing.assert_allclose(image[NUMBERS == OUTSIDE], [MASKED])
    [lines] = [one for one in axes.collections if isinstance(one, LineCollection)]
    # Ten rows between the two grains, and four neighbours of the point in neither.
    assert len(lines.get_segments()) == len(rims(grid, NUMBERS)) == 14
    assert axes.get_title().startswith("2 grains")


def test_maps_of_local_misorientation_hide_what_is_in_no_grain(grid, grains):
    average = kernel_average(grid, NUMBERS)
    figure = local_misorientation_figure(grid, NUMBERS, grains, average)
    shown = [axes.images[0].get_array() for axes in figure.axes if axes.get_title()]
    assert len(shown) == 3
    for values in shown:
        assert values.mask[3, 3]
    np.testing.assert_allclose(shown[0].compressed(), 0, atol=1e-3)  # each grain has one orientation


def test_shares_of_sizes_add_up_to_all_grains(grains):
    figure = size_figure(grains, "nm")
    number, area = figure.axes
    for axes in (number, area):
        assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1)
    # Grain 0 has 89 of 149 points.
    assert max(bar.get_height() for bar in area.patches) == pytest.approx(89 / 149)
    assert max(bar.get_height() for bar in number.patches) == pytest.approx(0.5)
