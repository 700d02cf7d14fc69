"""The group of a map in HDF5 files."""

import io

import h5py
import numpy as np
import orix.io
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.io.orix_h5 import map_bytes, read_map_group, write_map_group


def test_a_map_replaces_the_one_that_was_there(labels, tmp_path):
    with h5py.File(tmp_path / "map.h5", "w") as file:
        file["patterns"] = [1, 2]
        write_map_group(file, labels, {"scan": "old.h5", "model": "old"})
        write_map_group(file, labels[labels.y > 0], {"scan": "new.h5"})
        assert set(file) == {"patterns", "crystal_map", "manufacturer", "version"}
        assert dict(file["crystal_map"].attrs) == {"scan": "new.h5"}
        np.testing.assert_array_equal(read_map_group(file).prop["Q"], np.arange(6, 24))
    np.testing.assert_array_equal(orix.io.load(tmp_path / "map.h5").prop["Q"], np.arange(6, 24))


def test_bytes_of_a_map_are_a_file(labels):
    with h5py.File(io.BytesIO(map_bytes(labels, {"scan": "a.h5"}))) as file:
        found = read_map_group(file, (4, 6))
        np.testing.assert_allclose(found.rotations.to_euler(), labels.rotations.to_euler(), atol=1e-9)
        with pytest.raises(KerasStemError, match=r"labels of 6 x 4 positions for .*, found 4 x 6"):
            read_map_group(file, (6, 4))


def test_a_file_without_labels_is_told(tmp_path):
    with h5py.File(tmp_path / "scan.h5", "w") as file, pytest.raises(KerasStemError, match="has no labels"):
        read_map_group(file)
