"""Orientation maps."""

import numpy as np
from matplotlib.image import imread

from keras_stem.crystal.phase import linio2
from keras_stem.figures.ipf import ipf_figure
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.figures.style import save
from keras_stem.io.map_grid import crystal_map


def test_maps_of_any_shape_are_drawn(tmp_path, rng):
    from keras_stem.crystal.rotations import random_rotations

    for shape in ((3, 40), (40, 3), (10, 10)):
        size = shape[0] * shape[1]
        made = crystal_map(random_rotations(size, rng), linio2(), shape, 1.5, "nm", {})
        visible = np.arange(size) % 3 > 0
        figure = ipf_figure(made, "z", visible)
        [image] = [image for axes in figure.axes for image in axes.images if image.get_size() == shape]
        colours = np.asarray(image.get_array()).reshape(size, -1)[:, :3]
        np.testing.assert_allclose(
            colours[visible], ipf_colors(made.rotations, linio2(), "z")[visible], atol=0.01
        )
        save(figure, tmp_path / "map.png")
        assert imread(tmp_path / "map.png").std() > 0.1  # not blank
