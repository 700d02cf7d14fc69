"""CIF files that leave something open, or look wrong."""

import pytest
from crystals import write_cif

from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.structure_files import CrystalFile, load_phase
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


def test_mixed_sites_and_deuterium(tmp_path):
    atoms = ["Ni1 0 0 0 0.6 0", "Fe1 0 0 0 0.4 0", "D1 0.5 0.5 0.5 1 0"]
    cell = cell_of(load_phase(write_cif(tmp_path / "x.cif", "P m -3 m", "3.5 3.5 3.5 90 90 90", atoms)))
    assert len(cell.positions) == 2
    assert cell.composition == pytest.approx({"Ni": 0.6, "Fe": 0.4, "H": 1.0})


@pytest.mark.parametrize(
    ("symbol", "atoms", "more", "message"),
    [
        ("P m -3 m", ["X1 0 0 0 1 0"], "", "X1 .* no electron scattering factor"),
        ("P m -3 m", ["Fe1 ? 0 0 1 0"], "", "Fe1 .* no coordinates"),
        ("P q -3 m", ["Fe1 0 0 0 1 0"], "", "a space group that gemmi knows .* 'P q -3 m'"),
        ("", ["Fe1 0 0 0 1 0"], "", "states no space group"),
        ("F d -3 m", ["Si1 0 0 0 1 0"], "", "setting of its space group"),
        ("P m -3 m", ["Fe1 0 0 0 1 0"], "_space_group_IT_number 1e", r"Cannot read .*x\.cif: not an integer"),
        ("P m -3 m", ["Fe1 0 0 0 149 0"], "", "occupancy of Fe from 0 to 100 in .*, found 149"),
        ("P m -3 m", ["Fe1 0 0 0 -1 0"], "", "occupancy of Fe from 0 to 100 in .*, found -1"),
    ],
)
def test_files_that_leave_something_open(symbol, atoms, more, message, tmp_path):
    with pytest.raises(KerasStemError, match=message):
        load_phase(write_cif(tmp_path / "x.cif", symbol, "5.4 5.4 5.4 90 90 90", atoms, more))


def test_the_formula_decides_between_origins(tmp_path):
    atoms = ["Li 0.125 0.125 0.125 1 0", "Mn 0.5 0.5 0.5 1 0", "O 0.2631 0.2631 0.2631 1 0"]
    formula = "_chemical_formula_sum 'Li Mn2 O4'"
    path = write_cif(tmp_path / "x.cif", "F d -3 m", "8.245 8.245 8.245 90 90 90", atoms, formula)
    phase = load_phase(path)
    assert cell_of(phase).composition == pytest.approx({"Li": 8, "Mn": 16, "O": 32})
    assert any("formula fits F d -3 m:2" in note for note in phase.setting.notes)


def test_what_is_suspicious_is_noted(tmp_path):
    atoms = ["Fe1 0 0 0 1 0", "O1 0.05 0 0 0.5 0"]
    more = "_chemical_formula_sum 'Fe O2'"
    path = write_cif(tmp_path / "x.cif", "P 1", "3 3 3 90 90 90", atoms, more)
    notes = " ".join(load_phase(path).setting.notes)
    for part in ("formula of the file is Fe O2", "only 0.15 Å apart"):
        assert part in notes
    over = write_cif(tmp_path / "x.cif", "P 1", "3 3 3 90 90 90", ["Fe1 0 0 0 1 0", "Ni1 0 0 0 0.5 0"])
    assert "occupied 1.50 times" in " ".join(load_phase(over).setting.notes)


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
