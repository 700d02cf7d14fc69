"""Maps of the difference of two maps, and where they differ."""

import numpy as np
import pytest
from grids import grid_from
from orix.quaternion import Rotation

from keras_stem.analysis.compare import compare_grids
from keras_stem.crystal.rotations import random_rotations
from keras_stem.figures.difference import difference_figure, places_figure

TURNS = np.array([0, 0, 2, 10, 20, 0])
"""By which the points of the second map are turned, degrees."""


@pytest.fixture
def grids(rng):
    first = random_rotations(6, rng)
    turn = Rotation.from_axes_angles([1, 2, 3], np.deg2rad(TURNS))
    return grid_from(first, (2, 3)), grid_from(turn * first, (2, 3))


def test_the_third_map_is_the_disorientation(grids):
    difference = compare_grids(*grids)
    figure = difference_figure(*grids, difference, ("Labels", "$k$"))
    axes = {axes.get_title(): axes for axes in figure.axes}
    assert {"Labels", r"\$k\$", "Disorientation, median 1.00°"} <= set(axes)
    shown = axes["Disorientation, median 1.00°"].images[0].get_array()
    np.testing.assert_allclose(shown.ravel(), TURNS, atol=1e-3)


def test_the_histogram_holds_all_points_and_bars_the_differing_ones(grids):
    difference = compare_grids(*grids)
    histogram, bars = places_figure(difference).axes
    assert sum(bar.get_height() for bar in histogram.patches) == 6
    assert histogram.lines[0].get_xdata()[0] == difference.threshold
    whole = bars.patches[0].get_width()
    assert whole == pytest.approx(100 * np.mean(difference.threshold < TURNS))
