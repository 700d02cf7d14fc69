import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.phase import linio2
from keras_stem.figures.ipf import ipf_figure
from keras_stem.figures.ipf_key import ipf_colors
from keras_stem.figures.style import save
from keras_stem.scan.labels import crystal_map


def test_the_crystal_axis_along_the_direction_gives_the_colour():
    """With c along z the corner [0001] is red; turned by 90 deg about x, c lies along y."""
    upright = Rotation.identity()
    phase = linio2()
    np.testing.assert_allclose(ipf_colors(upright, phase, "z"), [[1, 0, 0]], atol=1e-6)
    assert ipf_colors(upright, phase, "x")[0, 0] < 0.5
    lying = Rotation.from_axes_angles((1, 0, 0), np.pi / 2)
    np.testing.assert_allclose(ipf_colors(lying, phase, "y"), [[1, 0, 0]], atol=1e-6)
    assert ipf_colors(lying, phase, "z")[0, 0] < 0.5


def test_maps_of_any_shape_are_drawn(tmp_path, rng):
    from keras_stem.crystal.rotations import random_rotations

    for shape in ((3, 40), (40, 3), (10, 10)):
        size = shape[0] * shape[1]
        made = crystal_map(random_rotations(size, rng), linio2(), shape, 1.5, "nm", {})
        save(ipf_figure(made, "z", np.arange(size) % 3 > 0), tmp_path / "map.png")
        assert (tmp_path / "map.png").stat().st_size > 5000
