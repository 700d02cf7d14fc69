"""Values and images of each point of the interactive map."""

import numpy as np
from page_data import halves, picture

from keras_stem.analysis.grid import grid_of
from keras_stem.analysis.segmentation import segment
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.io.map_files import read_map
from keras_stem.report.map_analysis import analyse_map
from keras_stem.report.overlays import all_ipf_colors, map_overlays, map_values


def test_the_page_holds_the_values_of_each_point(values, map_path):
    found, _ = read_map(map_path)
    euler = np.rad2deg(reduce_euler(found.rotations, proper_point_group(linio2())))
    for k, name in enumerate(("phi1", "Phi", "phi2")):
        np.testing.assert_allclose(values[name], euler[:, k], atol=1e-4)
    np.testing.assert_allclose(values["Q"], found.prop["Q"], rtol=1e-6)
    np.testing.assert_allclose(values["uncertainty"], found.prop["uncertainty"], rtol=1e-6)
    np.testing.assert_array_equal(values["grain"], segment(grid_of(found)).numbers)


def test_overlays_have_a_pixel_for_each_point(shown):
    names = [overlay["name"] for overlay in shown["overlays"]]
    assert names == ["ipf_x", "ipf_y", "ipf_z", "Q", "uncertainty", "probability", "disorientation", "grain"]
    for overlay in shown["overlays"]:
        assert picture(overlay["image"]).shape[:2] == tuple(shown["shape"]) == (16, 20)


def test_hidden_points_are_grey_and_have_no_grain():
    analysis = analyse_map(halves(), np.arange(24) != 7, {})
    values = {value.name: value.data for value in map_values(analysis)}
    assert values["grain"][7] == -1 and np.isnan(values["diameter"][7])
    colors = all_ipf_colors(analysis, "z")
    assert len(set(colors[7])) == 1  # red, green and blue are equal
    np.testing.assert_allclose(colors[8], colors[0])
    scale = {
        one.name: one.largest
        for one in map_overlays(analysis, map_values(analysis), lambda c: c.reshape(4, 6, -1))
    }
    assert scale["Q"] == 23
