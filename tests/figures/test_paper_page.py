"""The page of the figures of the paper: no text is clipped."""

import pytest
from orix.crystal_map import Phase
from paper_scans import NAMES, SHAPE, chosen, made

from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.paper_errors import angle_errors, error_histograms_figure, errors_figure
from keras_stem.figures.paper_maps import ipf_maps_figure, scatter_figure, weighted_figure
from keras_stem.figures.paper_subsets import subsets_figure
from keras_stem.figures.style import style
from keras_stem.scan.splits import split
from keras_stem.scan.subsets import Thresholds, subset


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
