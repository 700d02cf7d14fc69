"""Maps of boundaries by class, and the distributions of their misorientations."""

import numpy as np
import pytest
from grids import NICKEL, grid_from
from matplotlib.collections import LineCollection
from orix.quaternion import Rotation

from keras_stem.analysis.boundaries import find_boundaries
from keras_stem.analysis.boundary_classes import boundary_classes
from keras_stem.analysis.random_boundaries import random_angles
from keras_stem.analysis.special_boundaries import SPECIAL
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.boundaries import boundary_figure, misorientation_figure


@pytest.fixture
def grid():
    """Columns at 0, 10 and 30 degrees: boundaries of 10 and of 20 degrees, two segments of each."""
    turns = Rotation.from_axes_angles([0, 0, 1], np.deg2rad([0, 10, 30, 0, 10, 30]))
    return grid_from(turns, (2, 3), phase=NICKEL)


def test_classes_are_drawn_and_listed_with_their_shares(grid):
    found = find_boundaries(grid)
    classes = boundary_classes(grid, found, [SPECIAL["sigma3"]])
    figure = boundary_figure(grid, found, classes)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len(labels) == 3
    assert "Σ3 (0.0%)" in labels
    assert sum(label.endswith("(50.0%)") for label in labels) == 2
    drawn = [one for one in figure.axes[0].collections if isinstance(one, LineCollection)]
    assert sorted(len(one.get_segments()) for one in drawn) == [2, 2]
    colors = {tuple(one.get_colors()[0]) for one in drawn}
    assert len(colors) == 2


def test_the_histogram_is_a_density_beside_that_of_random_pairs(grid):
    axes = misorientation_figure(grid, find_boundaries(grid)).axes[0]
    heights = {bar.get_x(): bar.get_height() for bar in axes.patches if bar.get_height()}
    # Half of the length in each of two bins of 2 degrees.
    assert sum(heights.values()) * 2 == pytest.approx(100)
    assert all(height == pytest.approx(25) for height in heights.values())
    angles, density = random_angles(proper_point_group(NICKEL))
    np.testing.assert_allclose(axes.lines[0].get_xydata(), np.stack([angles, 100 * density], axis=1))
    assert axes.get_xlim() == (0, 65)  # the largest of cubic crystals is 62.8
