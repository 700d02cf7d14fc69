"""Compositions, and warnings on structures that no crystal has."""

import gemmi
import numpy as np
import pytest
from crystals import write_cif

from keras_stem.crystal.cell import Cell
from keras_stem.crystal.composition import (
    check_composition,
    composition_text,
    fits_formula,
    formula_of,
    require_occupancies,
    shortest_distance,
)
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError


def test_what_is_suspicious_is_noted(tmp_path):
    atoms = ["Fe1 0 0 0 1 0", "O1 0.05 0 0 0.5 0"]
    more = "_chemical_formula_sum 'Fe O2'"
    path = write_cif(tmp_path / "x.cif", "P 1", "3 3 3 90 90 90", atoms, more)
    notes = " ".join(load_phase(path).setting.notes)
    for part in ("formula of the file is Fe O2", "only 0.15 Å apart"):
        assert part in notes
    over = write_cif(tmp_path / "x.cif", "P 1", "3 3 3 90 90 90", ["Fe1 0 0 0 1 0", "Ni1 0 0 0 0.5 0"])
    assert "occupied 1.50 times" in " ".join(load_phase(over).setting.notes)


def cell_with(positions, species):
    return Cell((4.0, 5.0, 6.0, 90.0, 90.0, 90.0), np.array(positions, float), tuple(species), {})


@pytest.mark.parametrize(
    ("formula", "counts"),
    [
        ("'Li1 Ni1 O2'", {"Li": 1, "Ni": 1, "O": 2}),
        ("'Li0.5 Co O2'", {"Li": 0.5, "Co": 1, "O": 2}),
        ("'D2 H1 O'", {"H": 3, "O": 1}),
        ("?", {}),
    ],
)
def test_formulas_are_read_with_deuterium_as_hydrogen(formula, counts):
    block = gemmi.cif.read_string(f"data_x\n_chemical_formula_sum {formula}\n").sole_block()
    assert formula_of(block) == pytest.approx(counts)


def test_a_formula_fits_any_multiple_of_its_atoms():
    cell = cell_with(
        [(0, 0, 0), (0.5, 0.5, 0.5), (0.5, 0, 0)], [(("Ti", 1.0),), (("O", 1.0),), (("O", 1.0),)]
    )
    assert fits_formula(cell, {"Ti": 4, "O": 8})
    assert fits_formula(cell, {"Ti": 4, "O": 8.2, "H": 3})  # rounded, and hydrogen is often left out
    assert not fits_formula(cell, {"Ti": 4, "O": 12})
    assert not fits_formula(cell, {"Ti": 4, "O": 8, "N": 8})


def test_the_shortest_distance_counts_images():
    site = (("Fe", 1.0),)
    assert shortest_distance(cell_with([(0, 0, 0)], [site])) == pytest.approx(4)
    assert shortest_distance(cell_with([(0, 0, 0.05), (0, 0, 0.95)], [site, site])) == pytest.approx(0.6)


def test_compositions_as_text():
    assert composition_text({"Li": 8.0, "Mn": 16.0, "O": 1.0}) == "Li8 Mn16 O"
    assert composition_text({"Ni": 0.6}) == "Ni0.6"


@pytest.mark.parametrize("occupancy", [-0.1, 101.0])
def test_occupancies_of_no_crystal_are_refused(occupancy):
    require_occupancies(cell_with([(0, 0, 0)], [(("Fe", 1.0),)]), "x.cif")
    with pytest.raises(KerasStemError, match=r"occupancy of Ni .* x\.cif"):
        require_occupancies(cell_with([(0, 0, 0)], [(("Fe", 0.5), ("Ni", occupancy))]), "x.cif")


def test_atoms_too_far_apart_are_noted():
    notes = []
    check_composition(cell_with([(0, 0, 0)], [(("Fe", 1.0),)]), {"Fe": 2}, notes)
    assert notes == ["Each atom has a volume of 120.0 Å³, which no crystal has."]
