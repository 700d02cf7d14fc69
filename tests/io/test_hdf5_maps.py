"""Maps in HDF5 files."""

import h5py
import numpy as np
import orix.io
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.io.hdf5_maps import read_hdf5_map, write_hdf5_map


def test_orix_reads_what_is_written_and_is_read_itself(labels, tmp_path):
    write_hdf5_map(tmp_path / "map.h5", labels, {"scan": "scan.h5"})
    with h5py.File(tmp_path / "map.h5") as file:
        assert dict(file["crystal_map"].attrs) == {"scan": "scan.h5"}
    orix.io.save(tmp_path / "orix.h5", orix.io.load(tmp_path / "map.h5"))
    for name in ("map.h5", "orix.h5"):
        found = read_hdf5_map(tmp_path / name)
        np.testing.assert_array_equal(found.properties["Q"], np.arange(24))
        np.testing.assert_allclose(found.rotations.to_euler(), labels.rotations.to_euler(), atol=1e-9)
        assert found.unit == "nm" and found.x.max() == 10


def test_a_file_that_orix_cannot_read_is_told(tmp_path):
    with h5py.File(tmp_path / "map.h5", "w") as file:
        file["manufacturer"] = "nobody"
    with pytest.raises(KerasStemError, match=r"orix cannot read the map .*map\.h5"):
        read_hdf5_map(tmp_path / "map.h5")
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(KerasStemError, match=r"a map in HDF5, cannot read .*text\.h5"):
        read_hdf5_map(tmp_path / "text.h5")
