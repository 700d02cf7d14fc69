"""Disks and halos drawn into images."""

import numpy as np
import pytest

from keras_stem.simulate.rendering import add_disks, add_halo


def test_a_disk_has_its_total_about_its_centre():
    image = np.ones((32, 32))
    add_disks(image, np.array([12.3]), np.array([17.6]), np.array([5.0]), 3.0)
    image -= 1
    assert image.sum() == pytest.approx(5)
    rows, columns = np.indices(image.shape)
    assert (image * rows).sum() / 5 == pytest.approx(12.3, abs=0.05)
    assert (image * columns).sum() / 5 == pytest.approx(17.6, abs=0.05)
    assert not image[np.hypot(rows - 12.3, columns - 17.6) > 3.5].any()


def test_half_of_a_disk_on_the_edge_is_lost():
    image = np.zeros((33, 33))
    add_disks(image, np.array([-0.5]), np.array([16.0]), np.array([1.0]), 4.0)
    assert image.sum() == pytest.approx(0.5, abs=0.01)


def test_a_disk_smaller_than_a_pixel_is_in_one():
    image = np.zeros((5, 5))
    add_disks(image, np.array([2.0, 2.0]), np.array([3.0, 3.0]), np.array([1.0, 0.5]), 0.5)
    assert image[2, 3] == 1.5 == image.sum()


def test_a_halo_decays_to_1_over_e():
    image = np.zeros((201, 201))
    add_halo(image, 100.0, 100.0, 3.0, 8.0)
    assert image.sum() == pytest.approx(3, rel=1e-2)
    assert image[100, 108] / image[100, 100] == pytest.approx(np.exp(-1))
    assert image[108, 100] == image[92, 100]
