"""The plain form of phases, and what is wrong with it."""

import copy

import pytest

from keras_stem.crystal.phase import linio2, phase_to_dict
from keras_stem.crystal.plain_phase import checked_phase, neutral_element, require_lattice
from keras_stem.errors import KerasStemError


@pytest.mark.parametrize(
    ("text", "element"),
    [("Ni2+", "Ni"), ("O2-", "O"), (" Fe", "Fe"), ("D", "H"), ("D1+", "H"), ("Xx", None), ("12", None)],
)
def test_elements_lose_their_charge(text, element):
    assert neutral_element(text) == element


def test_ions_become_neutral_elements():
    plain = copy.deepcopy(phase_to_dict(linio2()))
    name, atom = next(iter(plain["structure"]["atoms"].items()))
    element, atom["element"] = atom["element"], f"{atom['element']}2+"
    assert checked_phase(plain, "x.h5")["structure"]["atoms"][name]["element"] == element


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"space_group": 231}, "space_group"),
        ({"color": "no colour"}, "color in x.h5 to be a colour"),
        ({"space_group": "None", "point_group": "7/m"}, "point_group in x.h5"),
        ({"name": None}, "name"),
    ],
)
def test_parts_that_are_wrong_are_named(change, message):
    plain = phase_to_dict(linio2()) | change
    with pytest.raises(KerasStemError, match=message):
        checked_phase(plain, "x.h5")


def test_an_atom_of_no_element_is_named():
    plain = copy.deepcopy(phase_to_dict(linio2()))
    name, atom = next(iter(plain["structure"]["atoms"].items()))
    atom["element"] = "Xx"
    with pytest.raises(KerasStemError, match=f"atoms/{name}/element in x.h5 to be a chemical element"):
        checked_phase(plain, "x.h5")


@pytest.mark.parametrize(
    "constants", [(1001, 4, 4, 90, 90, 90), (0.4, 0.4, 0.4, 90, 90, 90), (4, 4, 4, 120, 120, 150)]
)
def test_lattice_constants_of_no_cell_are_refused(constants):
    require_lattice((4, 4, 4, 90, 90, 120), "x.cif")
    with pytest.raises(KerasStemError, match=r"lattice constants of a crystal in x\.cif"):
        require_lattice(constants, "x.cif")
