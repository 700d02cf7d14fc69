"""The kernel of densities against its integrals."""

import numpy as np
import pytest
from densities import mean_square

from keras_stem.analysis.density_kernel import DensityKernel, gather
from keras_stem.crystal.rotations import random_rotations, rotations_about
from keras_stem.errors import KerasStemError


def test_kernel_has_mean_one_and_its_half_width():
    kernel = DensityKernel(10.0)
    angles = np.linspace(0, np.pi, 20001)
    values = kernel.of_rotations(np.cos(angles / 2))
    share = (1 - np.cos(angles)) / np.pi  # of orientation space at each angle
    assert np.trapezoid(values * share, angles) == pytest.approx(1, abs=1e-6)
    assert np.trapezoid(values**2 * share, angles) == pytest.approx(mean_square(kernel), rel=1e-6)
    assert kernel.of_rotations(np.cos(np.deg2rad(5.0))) == pytest.approx(kernel.maximum / 2)
    of_axes = kernel.of_axes(np.cos(angles))
    assert np.trapezoid(of_axes * np.sin(angles) / 2, angles) == pytest.approx(1, abs=1e-6)


def test_kernel_of_axes_is_that_of_orientations_along_a_fibre():
    kernel, tilt = DensityKernel(20.0), np.deg2rad(17.0)
    fibre = rotations_about(
        np.tile([[0.0, 0, 1]], (3600, 1)), np.linspace(0, 2 * np.pi, 3600, endpoint=False)
    )
    tilted = fibre * rotations_about(np.array([[1.0, 0, 0]]), np.array([tilt]))
    one_way = kernel.of_rotations(tilted.data[:, 0]).mean()
    assert one_way / 2 == pytest.approx(kernel.of_axes(np.cos([tilt]))[0], rel=1e-6)


def test_gathered_points_keep_their_weight_and_place(rng):
    points = random_rotations(5000, rng).data
    centres, weights = gather(points, np.full(5000, 1 / 5000), 0.3)
    assert len(centres) < 1000
    assert weights.sum() == pytest.approx(1)
    nearest = np.abs(points @ centres.T).max(axis=1)
    assert 2 * np.arccos(nearest.min()) < 2 * 0.6
    np.testing.assert_allclose(
        gather(points[:1], np.ones(1), 0.3)[0], gather(-points[:1], np.ones(1), 0.3)[0]
    )


@pytest.mark.parametrize("width", [4.9, 46.0, float("nan")])
def test_half_width_has_a_range(width):
    with pytest.raises(KerasStemError, match="half width"):
        DensityKernel(width)
