"""Unit cells as arrays, against cells written out by hand."""

import numpy as np
import pytest
from crystals import cell_vectors

from keras_stem.crystal.cell import (
    Cell,
    lattice_base,
    lattice_constants,
    lattice_text,
    merged_sites,
    nearest_images,
    nearest_rotation,
    wrapped,
)
from keras_stem.crystal.rotations import random_rotations

TRICLINIC = (4.1, 5.2, 6.3, 82.0, 95.0, 103.0)
NICKEL = (("Ni", 1.0),)


def test_lattice_constants_and_vectors_are_one():
    base = lattice_base(TRICLINIC)
    np.testing.assert_allclose(base, cell_vectors(TRICLINIC), atol=1e-9)
    np.testing.assert_allclose(lattice_constants(base), TRICLINIC)
    assert lattice_base((3, 3, 5, 90, 90, 120))[2].tolist() == [0, 0, 5]
    assert lattice_text((2.876, 2.876, 14.19, 90, 90, 120)) == "2.876, 2.876, 14.19 Å; 90, 90, 120°"


def test_volume_composition_and_types():
    oxide = (("Li", 0.25), ("Ni", 0.75))
    cell = Cell((3, 3, 5, 90, 90, 120), np.zeros((3, 3)), (oxide, NICKEL, oxide), {})
    assert cell.volume == pytest.approx(3 * 3 * 5 * np.sqrt(3) / 2)
    assert cell.composition == {"Li": 0.5, "Ni": 2.5}
    assert cell.types.tolist() == [0, 1, 0]


def test_the_cube_of_a_primitive_fcc_cell_has_four_atoms():
    a = 3.52
    primitive = Cell((a / np.sqrt(2),) * 3 + (60.0,) * 3, np.zeros((1, 3)), (NICKEL,), {"Ni": 0.005})
    cube = primitive.in_basis(np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]]))
    np.testing.assert_allclose(cube.lattice, (a, a, a, 90, 90, 90))
    expected = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    np.testing.assert_allclose(sorted(map(tuple, cube.positions.round(6).tolist())), expected)
    assert (cube.composition, cube.motion) == ({"Ni": 4.0}, {"Ni": 0.005})


def test_coordinates_are_wrapped_and_differences_taken_to_the_nearest_image():
    np.testing.assert_allclose(wrapped(np.array([-0.25, 1.25, 1 - 1e-12, 2.0])), [0.75, 0.25, 0, 0])
    np.testing.assert_allclose(nearest_images(np.array([0.9, -0.6, 0.4])), [-0.1, 0.4, 0.4])


def test_sites_at_one_place_are_merged_across_the_edge_of_the_cell():
    positions = np.array([[0.001, 0, 0], [0.5, 0.5, 0.5], [0.999, 0, 0]])
    species = [(("Ni", 0.6),), (("O", 1.0),), (("Fe", 0.4),)]
    places, merged = merged_sites((4.0, 4.0, 4.0, 90.0, 90.0, 90.0), positions, species)
    np.testing.assert_allclose(places, positions[:2])
    assert merged == ((("Fe", 0.4), ("Ni", 0.6)), (("O", 1.0),))


def test_the_nearest_rotation_is_without_the_stretch(rng):
    rotation = random_rotations(1, rng).to_matrix()[0]
    stretched = rotation @ np.diag([1.02, 0.97, 1.01])
    np.testing.assert_allclose(nearest_rotation(stretched), rotation, atol=1e-9)
