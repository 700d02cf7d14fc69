"""Maps and scatter plots of the paper."""

import numpy as np
from paper_scans import NAMES, chosen, image_of, made

from keras_stem.crystal.phase import linio2
from keras_stem.figures.ipf import ipf_figure
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.figures.paper_maps import ipf_maps_figure, scatter_figure, weighted_figure
from keras_stem.figures.scan_images import shaded_ipf_figure
from keras_stem.figures.style import MASKED


def test_darker_where_q_is_small(labels):
    labels.prop["Q"] = np.where(np.arange(labels.size) == 0, 0.0, 50.0)
    figure = weighted_figure(labels)
    plain, weighted = (axes.images[0].get_array().reshape(-1, 3) for axes in figure.axes[:2])
    np.testing.assert_allclose(weighted[1:], plain[1:])
    assert weighted[0].max() == 0 < plain[0].max()


def test_each_model_has_its_points_and_its_map(labels):
    predictions = {name: made(seed) for seed, name in enumerate(NAMES, 2)}
    visible = chosen(labels)
    points = [
        len(collection.get_offsets())
        for axes in scatter_figure(labels, predictions, visible).axes
        for collection in axes.collections
        if len(collection.get_offsets()) > 1
    ]
    assert points == [visible.sum()] * 5
    image = image_of(ipf_maps_figure(labels, predictions, visible, "x"), "Swin").reshape(-1, 3)
    expected = ipf_colors(predictions["Swin"].rotations, linio2(), "x")
    np.testing.assert_allclose(image[visible], expected[visible])


def test_positions_without_an_orientation_are_grey(labels):
    labels.prop["Q"] = np.full(labels.size, 50.0)
    labels[0].phase_id = -1  # the first row
    grey = ~labels.is_indexed
    assert 0 < grey.sum() < labels.size
    shown = [axes.images[0].get_array().reshape(-1, 3) for axes in weighted_figure(labels).axes[:2]]
    shown += [
        figure.axes[0].images[0].get_array().reshape(-1, 3)
        for figure in (shaded_ipf_figure(labels), ipf_figure(labels, "z"))
    ]
    for colors in shown:
        np.testing.assert_allclose(colors[grey], np.tile(MASKED, (grey.sum(), 1)))
        np.testing.assert_allclose(colors[~grey], ipf_colors(labels.rotations, linio2(), "z")[~grey])
