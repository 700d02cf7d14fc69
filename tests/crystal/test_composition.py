"""Compositions, and warnings on structures that no crystal has."""

from crystals import write_cif

from keras_stem.crystal.structure_files import load_phase


def test_what_is_suspicious_is_noted(tmp_path):
    atoms = ["Fe1 0 0 0 1 0", "O1 0.05 0 0 0.5 0"]
    more = "_chemical_formula_sum 'Fe O2'"
    path = write_cif(tmp_path / "x.cif", "P 1", "3 3 3 90 90 90", atoms, more)
    notes = " ".join(load_phase(path).setting.notes)
    for part in ("formula of the file is Fe O2", "only 0.15 Å apart"):
        assert part in notes
    over = write_cif(tmp_path / "x.cif", "P 1", "3 3 3 90 90 90", ["Fe1 0 0 0 1 0", "Ni1 0 0 0 0.5 0"])
    assert "occupied 1.50 times" in " ".join(load_phase(over).setting.notes)
