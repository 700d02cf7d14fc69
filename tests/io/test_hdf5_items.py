"""Text, numbers and groups of HDF5 files of unknown content."""

import h5py
import numpy as np
import orix.io
import pytest

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
