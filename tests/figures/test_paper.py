import re

import numpy as np
import pytest
from matplotlib.text import Text
from orix.crystal_map import Phase

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.figures.paper_errors import angle_errors, error_histograms_figure, errors_figure
from keras_stem.figures.paper_maps import ipf_maps_figure, scatter_figure, weighted_figure
from keras_stem.figures.paper_subsets import subsets_figure
from keras_stem.figures.style import style
from keras_stem.io.map_grid import crystal_map
from keras_stem.metrics.scores import score
from keras_stem.scan.splits import split
from keras_stem.scan.subsets import Thresholds, subset

SHAPE = (12, 15)
SYMMETRY = proper_point_group(linio2())
NAMES = ("CNN, exponential (1)", "DenseNet, exponential (2)", "Swin", "Polar")


def made(seed: int, shape=SHAPE, phase=None):
    rng = np.random.default_rng(seed)
    size = shape[0] * shape[1]
    quality = {"Q": rng.uniform(5, 60, size), "R": rng.uniform(0, 60, size)}
    return crystal_map(random_rotations(size, rng), phase or linio2(), shape, 5.0, "nm", quality)


def chosen(labels):
    return np.asarray(labels.prop["Q"]) >= 20


def texts(figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def image_of(figure, title):
    axes = next(axes for axes in figure.axes if axes.get_title().startswith(title))
    return axes.images[0].get_array()


@pytest.fixture
def labels():
    return made(1)


@pytest.fixture
def errors(labels):
    return angle_errors(made(2).rotations.to_euler(), labels.rotations, SYMMETRY)


def test_sizes_in_the_flow_are_those_of_the_subsets(labels):
    thresholds = Thresholds(20, 15)
    in_q, in_r = (subset(labels, name, thresholds) for name in ("DS_Q", "DS_R"))
    parts = split(labels, in_r, "random", 0)
    told = texts(subsets_figure(labels, thresholds, parts, "random split, seed 0"))
    for name, size in (
        ("DS_0: all positions", labels.size),
        ("DS_Q: Q ≥ 20", len(in_q)),
        ("DS_R: Q ≥ 20 and R ≥ 15", len(in_r)),
        ("DS_Train", len(parts.train)),
        ("DS_Val", len(parts.val)),
        ("DS_Test", len(parts.test)),
    ):
        assert re.search(rf"^{name}\n{size}\b", told, re.MULTILINE), told
    assert f"{len(in_q) - len(in_r)} left out: R < 15" in told


def test_the_small_map_shows_what_each_position_belongs_to(labels):
    thresholds = Thresholds(20, 15)
    parts = split(labels, subset(labels, "DS_R", thresholds), "block", 0)
    figure = subsets_figure(labels, thresholds, parts, "block split, seed 0")
    kinds = np.asarray(next(axes for axes in figure.axes if axes.images).images[0].get_array()).ravel()
    np.testing.assert_array_equal(np.flatnonzero(kinds == 2), parts.train)
    np.testing.assert_array_equal(np.flatnonzero(kinds == 4), parts.test)
    np.testing.assert_array_equal(np.flatnonzero(kinds == 0), np.flatnonzero(~chosen(labels)))


def test_errors_are_those_of_the_scores(labels, errors):
    scores = score(made(2).rotations.to_euler(), labels.rotations, SYMMETRY)
    assert errors.angles.mean() == pytest.approx(scores.mae)
    assert np.median(errors.disorientation) == pytest.approx(scores.median)
    np.testing.assert_allclose(errors.ranges, (360, 90, 120))
    np.testing.assert_allclose(errors.normalised, (errors.angles / (360, 90, 120)).mean(axis=1))


def test_an_equivalent_orientation_is_wrong_in_its_angles_alone(labels):
    from keras_stem.crystal.euler import reduce_euler

    equivalent = reduce_euler(labels.rotations, SYMMETRY)
    equivalent[:, 2] += 2 * np.pi / 3
    found = angle_errors(equivalent, labels.rotations, SYMMETRY)
    np.testing.assert_allclose(found.angles, np.broadcast_to((0, 0, 120), found.angles.shape), atol=1e-9)
    assert found.disorientation.max() < 1e-4


def test_error_maps_show_the_errors_and_mask_the_rest(labels, errors):
    visible = chosen(labels)
    figure = errors_figure("CNN", labels, errors, visible)
    for title, values in (("φ₁", errors.angles[:, 0]), ("Normalised", errors.normalised)):
        shown = image_of(figure, title)
        np.testing.assert_array_equal(shown.mask.ravel(), ~visible)
        np.testing.assert_allclose(shown.compressed(), values[visible])
    assert f"Disorientation: median {np.median(errors.disorientation[visible]):.2f}°" in texts(figure)


def test_histograms_hold_all_positions(labels, errors):
    figure = error_histograms_figure({"CNN": errors, "Swin": errors}, chosen(labels))
    for axes in figure.axes:
        assert [patch.get_data().values.sum() for patch in axes.patches] == pytest.approx([100, 100])


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


@pytest.mark.parametrize(
    ("shape", "group", "models"),
    [
        ((6, 40), "-1", 1),
        pytest.param(SHAPE, "-3m", 4, marks=pytest.mark.slow),
        pytest.param((40, 6), "m-3m", 2, marks=pytest.mark.slow),
    ],
)
def test_no_text_is_clipped_and_no_titles_overlap(shape, group, models):
    phase = Phase("phase", point_group=group)
    labels = made(1, shape, phase)
    visible, symmetry = chosen(labels), proper_point_group(phase)
    predictions = {name: made(seed, shape, phase) for seed, name in enumerate(NAMES[:models], 2)}
    errors = {
        name: angle_errors(shown.rotations.to_euler(), labels.rotations, symmetry)
        for name, shown in predictions.items()
    }
    parts = split(labels, subset(labels, "DS_R", Thresholds()), "random", 0)
    name = NAMES[0]
    for figure in (
        subsets_figure(labels, Thresholds(), parts, "random split, seed 0"),
        scatter_figure(labels, predictions, visible),
        ipf_maps_figure(labels, predictions, visible, "z"),
        weighted_figure(labels),
        errors_figure(name, labels, errors[name], visible),
        error_histograms_figure(errors, visible),
    ):
        require_whole_text(figure)


def require_whole_text(figure) -> None:
    with style():
        figure.draw_without_rendering()
        outline = figure.get_tightbbox()
        titles = [axes.title.get_window_extent() for axes in figure.axes if axes.get_title()]
    assert min(outline.x0, outline.y0) >= -0.02
    assert outline.x1 <= figure.get_figwidth() + 0.02
    assert outline.y1 <= figure.get_figheight() + 0.02
    for k, title in enumerate(titles):
        assert not title.count_overlaps(titles[:k])
