"""Text, numbers and groups of HDF5 files of unknown content."""

import h5py
import numpy as np
import orix.io
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.io.hdf5_items import (
    as_number,
    attribute,
    decoded,
    item,
    read_numbers,
    read_text,
    require_group,
    require_readable_tree,
    require_stored,
)
from keras_stem.io.map_files import read_map
from keras_stem.io.orix_h5 import write_map_group


@pytest.mark.parametrize("named_map", ["γ-Cu", "Würfel", "gamma'"], indirect=True)
def test_names_in_files_that_orix_wrote(named_map, tmp_path):
    orix.io.save(tmp_path / "map.h5", named_map)
    assert read_map(tmp_path / "map.h5")[0].phases[0].name == named_map.phases[0].name


@pytest.mark.parametrize("named_map", ["奥氏体"], indirect=True)
def test_what_orix_cuts_is_read_as_far_as_it_is_there(named_map, tmp_path):
    """orix 0.15 keeps as many bytes as the name has characters, and one."""
    orix.io.save(tmp_path / "map.h5", named_map)
    assert read_map(tmp_path / "map.h5")[0].phases[0].name == "奥"


@pytest.mark.parametrize("named_map", ["γ-Cu"], indirect=True)
def test_names_in_latin_1(named_map, tmp_path):
    with h5py.File(tmp_path / "map.h5", "w") as file:
        write_map_group(file, named_map)
        group = file["crystal_map/header/phases/0"]
        del group["name"], group["keras_stem"]
        group.create_dataset("name", data=np.array(["Würfel".encode("latin-1")]))
    assert read_map(tmp_path / "map.h5")[0].phases[0].name == "Würfel"


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "items.h5", "w") as opened:
        yield opened


def test_bytes_of_any_encoding_are_text():
    assert decoded("Würfel".encode()) == decoded("Würfel".encode("latin-1")) == "Würfel"
    assert decoded("奥氏".encode()[:4]) == "奥"
    assert decoded(b"Ni\0\0") == "Ni"


def test_items_that_are_missing_or_of_another_kind_are_named(file):
    file["numbers"], file["away"] = [1, 2], h5py.SoftLink("/nowhere")
    file.create_group("group")
    assert item(file, "absent") is None and item(file, "away") is None
    for name, found in (("numbers", "a data set"), ("absent", "none"), ("away", "which leads nowhere")):
        with pytest.raises(KerasStemError, match=f"a group /{name} in .*items.h5, found .*{found}"):
            require_group(file, name)
    with pytest.raises(KerasStemError, match=r"a data set /group in .*, found a group"):
        read_numbers(file, "group")


def test_numbers_and_text_are_of_their_type(file):
    file["numbers"], file["text"] = [1.5, 2.0], "γ-Ni"
    assert read_numbers(file, "numbers").tolist() == [1.5, 2.0]
    assert read_text(file, "text") == "γ-Ni"
    with pytest.raises(KerasStemError, match="whole numbers in /numbers"):
        read_numbers(file, "numbers", "iu")
    with pytest.raises(KerasStemError, match="real numbers in /text"):
        read_numbers(file, "text")
    with pytest.raises(KerasStemError, match="Expected text in /numbers"):
        read_text(file, "numbers")


def test_attributes_are_text_or_numbers(file):
    file.attrs.update({"name": np.bytes_("Würfel".encode("latin-1")), "one": [300.0], "nan": np.nan})
    assert attribute(file, "name") == "Würfel"
    assert as_number(attribute(file, "one"), "one", "here") == 300.0
    assert as_number(attribute(file, "absent"), "absent", "here") is None
    assert np.isnan(as_number(attribute(file, "nan"), "nan", "here", finite=False))
    for name in ("name", "nan"):
        with pytest.raises(KerasStemError, match=f"a number as the attribute {name} of here"):
            as_number(attribute(file, name), name, "here")


def test_a_data_set_that_only_declares_its_size_is_incomplete(file):
    declared = file.create_dataset("empty", (1 << 20,), "f8", chunks=(4096,))
    with pytest.raises(KerasStemError, match="found 0 bytes for a size of 1048576"):
        require_stored(declared)
    small = file.create_dataset("small", (1 << 10,), "f8", chunks=(1024,))
    require_stored(small)


def test_a_group_that_holds_itself_is_refused(file):
    file.create_group("outer/inner")
    require_readable_tree(file)
    file["outer/inner/again"] = file["outer"]
    with pytest.raises(KerasStemError, match="holds itself"):
        require_readable_tree(file)
