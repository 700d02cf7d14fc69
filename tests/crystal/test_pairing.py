"""CIF files in place of the phases of a map, by name and by position."""

import numpy as np
import pytest
from crystals import cif, write_cif
from diffpy.structure import Lattice, Structure
from orix.crystal_map import Phase

from keras_stem.crystal.axes import rotation_from_file
from keras_stem.crystal.pairing import load_given, pair_phases, unpaired
from keras_stem.errors import KerasStemError


def entry(name, space_group, *lattice):
    return Phase(name, space_group=space_group, structure=Structure(lattice=Lattice(*lattice)))


ENTRIES = {
    1: entry("Copper", 225, 3.6, 3.6, 3.6, 90, 90, 90),
    4: entry("Oxide", 225, 4.2, 4.2, 4.2, 90, 90, 90),
}


@pytest.fixture
def files(tmp_path):
    return [
        write_cif(tmp_path / f"{name}.cif", "F m -3 m", f"{a} {a} {a} 90 90 90", atoms)
        for name, a, atoms in (
            ("copper", 3.6, ["Cu 0 0 0 1 0"]),
            ("oxide", 4.2, ["Ni 0 0 0 1 0", "O 0.5 0.5 0.5 1 0"]),
        )
    ]


def test_files_take_the_place_of_phases_by_position_and_by_name(files):
    for given in (load_given(files), load_given([f"Oxide={files[1]}", files[0]])):
        found = pair_phases(ENTRIES, given, "the map")
        assert {number: one.phase.structure.lattice.a for number, one in found.items()} == {1: 3.6, 4: 4.2}
        assert found[4].lattice == (4.2, 4.2, 4.2, 90, 90, 90)
        np.testing.assert_allclose([one.rotation.angle[0] for one in found.values()], 0)


def test_phases_without_a_file_keep_their_own(files):
    found = pair_phases(ENTRIES, load_given([f"Oxide={files[1]}"]), "the map")
    assert found[1].phase is ENTRIES[1]
    assert found[4].phase.name == "Oxide"
    assert all(one.phase is ENTRIES[number] for number, one in pair_phases(ENTRIES, [], "the map").items())


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ([0], r"the map has the phases 1 'Copper', 4 'Oxide'; the CIF files are copper\.cif; give"),
        (["Zinc=", 1], "'Zinc' names no single one"),
        ([1, 0], r"lattice constants 4\.2, .* for 'Copper' in the map, found 3\.6"),
    ],
)
def test_files_that_fit_no_phase_are_refused(files, chosen, message):
    given = [f"Zinc={files[0]}" if one == "Zinc=" else files[one] for one in chosen]
    with pytest.raises(KerasStemError, match=message):
        pair_phases(ENTRIES, load_given(given), "the map")


def test_another_laue_group_is_refused_unless_it_is_ignored(files):
    entries = {1: entry("Copper", 194, 2.5, 2.5, 4.1, 90, 90, 120)}
    given = load_given(files[:1])
    with pytest.raises(KerasStemError, match=r"Laue group m-3m .*found 6/mmm.*--ignore-symmetry"):
        pair_phases(entries, given, "the map")
    [found] = pair_phases(entries, given, "the map", ignore_symmetry=True).values()
    assert found.lattice == pytest.approx((3.6, 3.6, 3.6, 90, 90, 90))


def test_orientations_of_the_cell_of_the_file_are_turned_to_that_of_the_phase():
    [given] = load_given([cif("zirconia_unique_c")])
    lattice = given.phase.setting.file_lattice
    [found] = pair_phases({1: entry("Zirconia", 14, *lattice)}, [given], "the map").values()
    assert found.rotation.angle[0] > 1
    np.testing.assert_allclose(found.rotation.data, rotation_from_file(given.phase).data)
    assert unpaired(given).lattice == lattice
    own = given.phase.structure.lattice.abcABG()
    [kept] = pair_phases({1: entry("Zirconia", 14, *own)}, [given], "the map").values()
    assert kept.rotation.angle[0] == pytest.approx(0)


def test_each_file_has_a_space_group_or_none_has(files):
    assert [one.phase.setting.number for one in load_given(files, [225, 225])] == [225, 225]
    with pytest.raises(KerasStemError, match="space group for each of 2 CIF files, found 1"):
        load_given(files, [225])
