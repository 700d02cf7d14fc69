"""Errors of the angles in the figures of the paper."""

import numpy as np
import pytest
from paper_scans import chosen, image_of, made, texts

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.figures.paper_errors import angle_errors, error_histograms_figure, errors_figure
from keras_stem.metrics.scores import score

SYMMETRY = proper_point_group(linio2())


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
