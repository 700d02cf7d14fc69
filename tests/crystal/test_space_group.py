"""Space groups of atoms, and conventional cells, against spglib and by hand."""

import pytest
from crystals import write_cif

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
