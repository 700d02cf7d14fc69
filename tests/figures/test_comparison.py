"""Two maps and their disorientation side by side."""

import numpy as np
from paper_scans import SHAPE, chosen, image_of, made

from keras_stem.crystal.phase import linio2
from keras_stem.figures.comparison import comparison_figure
from keras_stem.figures.ipf_key import ipf_colors


def test_both_maps_and_the_disorientation_show_the_visible_points(labels):
    other, visible = made(2), chosen(labels)
    angles = np.linspace(0, 30, labels.size)
    figure = comparison_figure(labels, other, angles, visible, ("Truth", "CNN"), "x")
    for name, crystal_map in (("Truth", labels), ("CNN", other)):
        image = image_of(figure, f"{name}, crystal direction along x").reshape(-1, 3)
        expected = ipf_colors(crystal_map.rotations, linio2(), "x")
        np.testing.assert_allclose(image[visible], expected[visible], atol=0.01)
    shown = image_of(figure, f"Disorientation, median {np.median(angles[visible]):.2f}°")
    assert shown.shape == SHAPE
    np.testing.assert_array_equal(shown.mask.ravel(), ~visible)
    np.testing.assert_allclose(shown.compressed(), angles[visible])
