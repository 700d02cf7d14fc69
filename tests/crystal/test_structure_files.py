"""CIF files in all settings, against what gemmi makes of them, and against each other."""

import numpy as np
import pytest
from crystals import EXPECTED, SAME_CRYSTAL, cif, write_cif

from keras_stem.crystal.axes import relation
from keras_stem.crystal.phase import cell_of, fingerprint
from keras_stem.crystal.scattering import families, reflections_within, structure_factors
from keras_stem.crystal.structure_files import CrystalFile, load_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.simulate.kinematic import reflections
from keras_stem.workflow.phases import density


def amplitudes_of(phase, radius=1.0):
    """Lengths and amplitudes, relative to the largest, of all reflections, as diffsims simulates them."""
    known = reflections(phase, radius)
    lengths = np.linalg.norm(known.vectors, axis=1)
    inside = lengths <= radius
    return lengths[inside], np.sqrt(known.strengths[inside] / known.strengths[inside].max())


@pytest.mark.parametrize("name", EXPECTED)
def test_kept_cells_have_the_atoms_and_the_amplitudes_that_gemmi_finds(name):
    phase = load_phase(cif(name.removesuffix(".cif")), keep_cell=True)
    expected = EXPECTED[name]
    composition = cell_of(phase).composition
    assert composition == pytest.approx(expected["atoms_in_cell"], abs=0.01)
    np.testing.assert_allclose(phase.structure.lattice.abcABG(), expected["cell"], atol=1e-3)
    lengths, amplitudes = amplitudes_of(phase)
    for length, squared, _ in expected["shells_g_relF2_count"]:
        near = amplitudes[np.abs(lengths - length) < 1.2e-4]
        assert np.abs(near - np.sqrt(squared)).min() < 0.02


@pytest.mark.parametrize("names", SAME_CRYSTAL, ids=lambda names: names[0])
def test_settings_of_one_crystal_become_one_cell(names):
    first, *others = (load_phase(cif(name)) for name in names)
    for other in others:
        assert other.setting.symbol == first.setting.symbol
        cells = cell_of(first), cell_of(other)
        assert cells[1].composition == pytest.approx(cells[0].composition)
        assert density(cells[1]) == pytest.approx(density(cells[0]), rel=1e-4)
        np.testing.assert_allclose(cells[1].lattice, cells[0].lattice, atol=1e-3)
        indices = reflections_within(cells[0], 1.0)
        both = [np.abs(structure_factors(cell, indices)) for cell in cells]
        np.testing.assert_allclose(both[1], both[0], atol=1e-3 * both[0].max())
        assert fingerprint(other) == fingerprint(first)
        np.testing.assert_allclose(relation(other, first).angle, 0, atol=1e-4)


def test_the_settings_that_are_reached_are_named():
    reached = {name: load_phase(cif(name)).setting for names in SAME_CRYSTAL for name in names}
    assert reached["spinel_origin1"].symbol == reached["spinel_origin2"].symbol == "F d -3 m:2"
    assert reached["linio2_rhombohedral"].symbol == "R -3 m:H"
    assert reached["linio2_primitive_p1"].said == "P 1"
    assert any("P 1" in note and "R -3 m" in note for note in reached["linio2_primitive_p1"].notes)
    assert reached["zirconia_unique_c"].symbol == "P 1 21/c 1"
    # By hand: c of P 1 1 21/b is the unique axis.
    assert np.abs(reached["zirconia_unique_c"].basis)[1].tolist() == [0, 0, 1]


def test_a_cell_in_the_conventional_setting_keeps_its_axes(tmp_path):
    lattice = "6.3 5.2 4.1 90 90 90"
    path = write_cif(tmp_path / "x.cif", "P m m m", lattice, ["Fe 0.1 0.2 0.3 1 0"])
    phase = load_phase(path)
    assert not phase.setting.moved
    np.testing.assert_allclose(phase.structure.lattice.abcABG(), [6.3, 5.2, 4.1, 90, 90, 90])


def test_real_files(real_files):
    strongest = {"LiMn2O4": ((4, 0, 0), 432), "Cu": ((1, 1, 1), 432), "LCO": ((1, 0, 4), 32)}
    for name, (indices, group) in strongest.items():
        phase = load_phase(real_files / "cif" / f"{name}.cif")
        assert families(cell_of(phase), np.array(phase.setting.operations), 1.0)[0].indices == indices
        assert proper_point_group(phase).name == str(group)
    assert cell_of(load_phase(real_files / "cif" / "LiMn2O4.cif")).composition == {"Li": 8, "Mn": 16, "O": 32}
    notes = load_phase(real_files / "cif" / "austeniteLP.cif").setting.notes
    assert any("not physical" in note for note in notes)  # U = 1 Å² of a drawing program


def test_a_file_with_several_structures_asks_which(tmp_path):
    path = tmp_path / "two.cif"
    one, two = (
        write_cif(
            tmp_path / f"{name}.cif", "P m -3 m", "3 3 3 90 90 90", [f"{element} 0 0 0 1 0"]
        ).read_text()
        for name, element in (("first", "Fe"), ("second", "Ni"))
    )
    path.write_text(one + two)
    with pytest.raises(KerasStemError, match=r"2 structures \(first, second\).*two\.cif#first"):
        load_phase(path)
    phase = load_phase(f"{path}#second")
    assert (phase.name, phase.setting.file) == ("second", "two.cif#second")
    assert cell_of(phase).composition == {"Ni": 1}
    with pytest.raises(KerasStemError, match="'third'"):
        load_phase(f"{path}#third")


def test_options_out_of_range():
    for wrong in ({"space_group": 231}, {"symmetry_tolerance": 0}):
        with pytest.raises(KerasStemError):
            CrystalFile("x.cif", **wrong)


def test_no_cif_is_a_clear_error(tmp_path):
    path = tmp_path / "nonsense.cif"
    path.write_text("nothing of the kind")
    with pytest.raises(KerasStemError, match=r"nonsense\.cif"):
        load_phase(path)
    with pytest.raises(KerasStemError, match="absent"):
        load_phase(tmp_path / "absent.cif")
