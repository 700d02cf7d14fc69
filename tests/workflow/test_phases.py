"""What is told of a crystal."""

import pytest
from crystals import cif, write_cif

from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.structure_files import load_phase
from keras_stem.workflow.phases import axes_text, density, report_phase


@pytest.fixture
def copper(tmp_path):
    lengths = "3.615 3.615 3.615 90 90 90"
    return load_phase(write_cif(tmp_path / "Cu.cif", "F m -3 m", lengths, ["Cu 0 0 0 1 0.007"]))


def test_the_density_of_copper_by_hand(copper):
    """Four atoms of 63.546 u in a cell of 47.24 Å³."""
    expected = 4 * 63.546 / 6.02214076e23 / (3.615e-8) ** 3
    assert density(cell_of(copper)) == pytest.approx(expected, rel=1e-4)
    assert report_phase(copper).facts["Density"].startswith("8.93")


def test_axes_of_rotation_by_hand(copper):
    assert axes_text(copper).startswith("4 along 3 axes such as [")
    assert "3 along 4 axes such as [" in axes_text(copper)
    assert "2 along 6 axes such as [" in axes_text(copper)
    assert axes_text(load_phase(cif("zirconia_p21c"))) == "2 along [0 1 0]"


def test_the_strongest_reflections_come_first(copper):
    found = report_phase(copper)
    assert len(found.strongest) == 10
    assert sorted(map(abs, found.strongest[0].indices)) == [1, 1, 1]
    assert found.warnings == []
