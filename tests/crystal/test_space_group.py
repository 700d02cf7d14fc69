"""Space groups of atoms, and conventional cells, against spglib and by hand."""

from dataclasses import replace

import gemmi
import numpy as np
import pytest
import spglib
from crystals import cif, write_cif

from keras_stem.crystal.cell import Cell, lattice_base, lattice_constants
from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.space_group import (
    conventional_cell,
    find_symmetry,
    operation_arrays,
    rotation_between,
    symmetrized,
)
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError


def test_atoms_that_are_distorted_a_little_take_the_space_group_that_is_expected(tmp_path):
    listed = ["Cu 0 0 0.004 1 0", "Cu 0 0.5 0.5 1 0", "Cu 0.5 0 0.5 1 0", "Cu 0.5 0.5 0 1 0"]
    path = write_cif(tmp_path / "x.cif", "P 1", "3.6 3.6 3.61 90 90 90", listed)
    assert load_phase(path).setting.number != 225
    for found in (load_phase(path, space_group=225), load_phase(path, symmetry_tolerance=0.1)):
        assert found.setting.number == 225
        a, b, c = found.structure.lattice.abcABG()[:3]
        assert a == pytest.approx(b) == pytest.approx(c)
    with pytest.raises(KerasStemError, match=r"space group 194, found .*225"):
        load_phase(path, space_group=194)


A = 3.6
PRIMITIVE = Cell((A / np.sqrt(2),) * 3 + (60.0,) * 3, np.array([[0.1, 0.2, 0.3]]), ((("Cu", 1.0),),), {})
"""One atom, not at the origin, in the primitive cell of a face-centred cube."""


def test_the_primitive_cell_of_a_face_centred_cube_becomes_the_cube():
    found = find_symmetry(PRIMITIVE)
    assert (found.number, len(found.rotations)) == (225, 48)
    conventional = conventional_cell(PRIMITIVE, found)
    assert conventional.symmetry.symbol == "F m -3 m"
    assert len(conventional.symmetry.rotations) == 192
    np.testing.assert_allclose(conventional.cell.lattice, (A, A, A, 90, 90, 90), atol=1e-6)
    assert conventional.cell.composition == {"Cu": 4.0}
    assert np.linalg.det(conventional.basis) == pytest.approx(4)
    np.testing.assert_allclose(lattice_constants(conventional.basis @ PRIMITIVE.base)[:3], A)
    from_atom = conventional.origin - PRIMITIVE.positions[0]
    np.testing.assert_allclose(from_atom, np.rint(from_atom), atol=1e-6)


@pytest.mark.parametrize(
    "name", ["gold", "spinel_origin1", "linio2_rhombohedral", "zirconia_p21a", "titanium", "triclinic"]
)
def test_numbers_and_operations_are_those_of_spglib(name):
    cell = cell_of(load_phase(cif(name), keep_cell=True))
    theirs = spglib.get_symmetry_dataset((cell.base, cell.positions, cell.types), symprec=0.01)
    found = find_symmetry(cell)
    assert found.number == theirs.number
    assert len(found.rotations) == len(theirs.rotations)
    reference = gemmi.get_spacegroup_reference_setting(theirs.number)
    assert conventional_cell(cell, found).symmetry.symbol == reference.xhm()


def test_a_distorted_cell_is_averaged_over_its_operations():
    cube = conventional_cell(PRIMITIVE, find_symmetry(PRIMITIVE))
    positions = cube.cell.positions.copy()
    positions[1] += (0.004, 0, 0)
    distorted = replace(cube.cell, lattice=(3.6, 3.6, 3.63, 90.0, 90.0, 90.0), positions=positions)
    found = symmetrized(distorted, cube.symmetry)
    mean = np.sqrt((2 * 3.6**2 + 3.63**2) / 3)
    np.testing.assert_allclose(found.lattice, (mean, mean, mean, 90, 90, 90))
    # The four atoms are one by symmetry, and the shift of one averages out over its directions.
    between = 2 * (found.positions - found.positions[0])
    np.testing.assert_allclose(between, np.rint(between), atol=1e-9)


def test_operations_of_gemmi_as_arrays():
    rotations, translations = operation_arrays(gemmi.SpaceGroup("P 1 21 1").operations())
    np.testing.assert_array_equal(rotations, [np.eye(3), np.diag([-1, 1, -1])])
    np.testing.assert_allclose(translations, [(0, 0, 0), (0, 0.5, 0)])


def test_the_rotation_between_axes_moves_each_vector_onto_itself():
    """a of the new cell is b of the old one, so that x of the new axes is y of the old ones."""
    old = lattice_base((3.0, 4.0, 5.0, 90, 90, 90))
    basis = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    new = lattice_base((4.0, 5.0, 3.0, 90, 90, 90))
    np.testing.assert_allclose(rotation_between(old, new, basis) @ [0, 1, 0], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(rotation_between(old, new, basis) @ [1, 0, 0], [0, 0, 1], atol=1e-12)


def test_atoms_at_one_place_have_no_symmetry():
    twice = replace(PRIMITIVE, positions=np.zeros((2, 3)), species=PRIMITIVE.species * 2)
    with pytest.raises(KerasStemError, match="at one place"):
        find_symmetry(twice)
