"""Colours of crystal directions, and the keys of figures."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from orix.quaternion import Rotation
from orix.vector import Vector3d
from phases import PHASES

from keras_stem.analysis.grains import measure_grains
from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import segment
from keras_stem.crystal.phase import linio2
from keras_stem.figures.comparison import comparison_figure
from keras_stem.figures.grains import grain_figure
from keras_stem.figures.ipf import ipf_figure
from keras_stem.figures.ipf_key import (
    direction_labels,
    draw_ipf_key,
    from_sector,
    ipf_colors,
    sector_group,
    to_sector,
)
from keras_stem.figures.style import StyledFigure, style
from keras_stem.io.map_grid import crystal_map
from keras_stem.report.interactive import KEY_PLACE, KEY_SIZE


def test_the_crystal_axis_along_the_direction_gives_the_colour():
    """With c along z the corner [0001] is red; turned by 90 deg about x, c lies along y."""
    upright = Rotation.identity()
    phase = linio2()
    np.testing.assert_allclose(ipf_colors(upright, phase, "z"), [[1, 0, 0]], atol=1e-6)
    assert ipf_colors(upright, phase, "x")[0, 0] < 0.5
    lying = Rotation.from_axes_angles((1, 0, 0), np.pi / 2)
    np.testing.assert_allclose(ipf_colors(lying, phase, "y"), [[1, 0, 0]], atol=1e-6)
    assert ipf_colors(lying, phase, "z")[0, 0] < 0.5


def keys_of(name, phase):
    """Return a figure with a colour key, and its axes: the keys first."""
    made = crystal_map(Rotation.random(16), phase, (4, 4), 1.0, "nm", {"Q": np.arange(16.0)})
    if name == "report":
        with style():
            figure = StyledFigure(figsize=KEY_SIZE)
            draw_ipf_key(figure, KEY_PLACE, phase)
    elif name == "comparison":
        figure = comparison_figure(made, made, np.zeros(16))
    elif name == "grains":
        grid = grid_of(made)
        numbers = segment(grid).numbers
        figure = grain_figure(grid, numbers, measure_grains(grid, numbers), "z")
    else:
        figure = ipf_figure(made, "z")
    return figure, sorted(figure.axes, key=lambda axes: axes.name != "ipf")


@pytest.mark.parametrize("name", ["report", "map", "comparison", "grains"])
@pytest.mark.parametrize("phase", PHASES.values(), ids=PHASES)
def test_labels_of_keys_keep_clear_of_all_edges(name, phase):
    figure, (key, *others) = keys_of(name, phase())
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    point = figure.dpi / 72
    sector = max(key.patches, key=lambda patch: "sector" in str(patch.get_label()))
    outline = sector.get_path().transformed(sector.get_transform())
    for label in key.texts:
        box = label.get_window_extent(renderer)
        assert not outline.intersects_bbox(box.padded(1.5 * point), filled=True), label.get_text()
        assert figure.bbox.padded(-point).contains(*box.min)
        assert figure.bbox.padded(-point).contains(*box.max)
        for other in others:
            assert not other.get_window_extent(renderer).overlaps(box.padded(3 * point)), label.get_text()


def test_directions_are_labelled_by_small_indices_of_their_own_cell():
    cubic, trigonal = PHASES["Pm-3m"](), linio2()
    directions = Vector3d([[0, 0, 1], [1, -1, 0], [1, 1, 1]])
    assert direction_labels(directions, cubic) == ["[$0 0 1$]", r"[$1 \bar{1} 0$]", "[$1 1 1$]"]
    assert direction_labels(Vector3d.zvector(), trigonal) == ["[$0 0 0 1$]"]
    # About 2 deg from [001], which three is too small an index for.
    assert direction_labels(Vector3d([[0.035, 0, 1]]), cubic) == [""]


def test_the_axes_of_the_sector_and_back(rng):
    phase = PHASES["P312"]()
    directions = Vector3d(rng.standard_normal((5, 3)))
    np.testing.assert_allclose(from_sector(to_sector(directions, phase), phase).data, directions.data)
    assert sector_group(phase).name == "-3m"
