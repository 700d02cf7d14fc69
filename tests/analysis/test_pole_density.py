"""Pole figures and inverse pole figures against known directions."""

import numpy as np
import pytest
from orix.vector import Vector3d
from phases import PHASES

from keras_stem.analysis.orientation_density import orientation_density
from keras_stem.analysis.pole_density import inverse_pole_figure, plane_normal, pole_figure
from keras_stem.analysis.texture import (
    usual_planes,
)
from keras_stem.crystal.rotations import even_directions, random_rotations, rotations_about
from keras_stem.crystal.symmetry import proper_point_group


@pytest.mark.parametrize("name", ["P6/mmm", "R-3m"])
def test_fibre_is_a_spot_and_a_ring(name, rng):
    """The c axis stands halfway between x and z, and the crystals are turned about it."""
    phase = PHASES[name]()
    spin = rotations_about(np.tile([[0.0, 0, 1]], (2000, 1)), rng.uniform(0, 2 * np.pi, 2000))
    tilt = rotations_about(np.array([[0.0, 1, 0]]), np.array([-np.pi / 4]))
    density = orientation_density(spin * tilt, proper_point_group(phase))
    around = even_directions(8000)
    basal = pole_figure(density, plane_normal((0, 0, 0, 1), phase))
    axis = around[basal.at(around).argmax()]
    assert abs(axis @ np.array([1, 0, 1]) / np.sqrt(2)) > np.cos(np.deg2rad(2))
    prism = pole_figure(density, plane_normal((1, 0, -1, 0), phase))
    ring = prism.at(np.array([[1.0, 0, -1], [0, 1, 0], [1, 1, -1], [1, 0, 1]]))
    np.testing.assert_allclose(ring[:3], ring[0], rtol=0.1)
    assert ring[3] < 0.01 * ring[0]
    along = inverse_pole_figure(density, np.array([1.0, 0, 1]))
    assert along.at(np.array([[0.0, 0, 1]]))[0] == pytest.approx(along.maximum(), rel=1e-3)


def test_poles_are_where_orix_has_them(phase, rng):
    one = random_rotations(1, rng)
    density = orientation_density(one, proper_point_group(phase), 5.0)
    normal = plane_normal(usual_planes(phase)[-1], phase)
    pole = (~one) * Vector3d(normal)
    figure = pole_figure(density, normal)
    assert figure.at(pole.data)[0] == pytest.approx(figure.maximum(), rel=1e-3)
    np.testing.assert_allclose(figure.at(-pole.data), figure.at(pole.data), rtol=1e-6)
    crystal = one * Vector3d([[0.3, 0.2, 0.9]])
    inverse = inverse_pole_figure(density, np.array([0.3, 0.2, 0.9]))
    equivalents = proper_point_group(phase).outer(crystal).data.reshape(-1, 3)
    np.testing.assert_allclose(inverse.at(equivalents), inverse.maximum(), rtol=1e-3)
