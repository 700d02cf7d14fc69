"""Phases in the headers of text maps."""

import pytest
from diffpy.structure import Lattice, Structure
from orix.crystal_map import Phase
from shaped_maps import FORMATS, FRAMES, made, require_equal

from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.phases import indexed_phases, plain_name, read_phase


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_phase_that_no_point_has_does_not_move_the_others(suffix, rng, tmp_path):
    given = made((4, 5), None, rng, phases=1)
    assert set(given.phase_id) == {-1, 1}
    write_map(tmp_path / f"map.{suffix}", given, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    require_equal(found, given)


def test_a_phase_of_a_header_has_its_cell_and_symmetry():
    found = read_phase("Ni", [3.52, 3.52, 3.52, 90, 90, 90], space_group=225)
    assert found.structure.lattice.abcABG() == (3.52, 3.52, 3.52, 90, 90, 90)
    assert (found.name, found.point_group.name, len(found.structure)) == ("Ni", "m-3m", 0)
    assert read_phase("Ni", [3.52, 3.52, 3.52, 90, 90, 90], point_group="32").point_group.laue.name == "-3m"


@pytest.mark.parametrize("constants", [[3.52] * 3, [0, 3.52, 3.52, 90, 90, 90], [3, 3, 3, 30, 30, 90]])
def test_constants_that_are_no_cell_are_refused(constants):
    with pytest.raises(KerasStemError, match="phase 'Ni'"):
        read_phase("Ni", constants)


def test_names_in_text_formats():
    assert plain_name(Phase("a\tb"), 2) == "a b"
    assert plain_name(Phase("", structure=Structure(lattice=Lattice(1, 1, 1, 90, 90, 90))), 2) == "phase 2"


def test_points_that_are_not_indexed_are_no_phase(rng):
    given = made((4, 5), None, rng)
    assert {-1, 0, 1} <= set(given.phase_id)
    assert [number for number, _ in indexed_phases(given)] == [0, 1]
