"""CIF files that leave something open, or look wrong."""

import pytest
from crystals import write_cif

from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError


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
