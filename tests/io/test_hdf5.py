"""HDF5 files and the programs that wrote them."""

import h5py
import numpy as np
import pytest

from keras_stem.io.hdf5 import hdf5_reader, is_labelled, open_hdf5, top_groups


def fill(path, **items):
    with h5py.File(path, "w") as file:
        for name, attributes in items.items():
            file.create_group(name).attrs.update(attributes)
    return path


@pytest.mark.parametrize(
    ("items", "reader"),
    [
        ({"Experiments": {}}, "HSPY"),
        ({"entry/data/data_000001": {}}, "Arina"),
        ({"Metadata": {}, "0f8fad5b-d9cb-469f-a165-70867728950e": {}}, "Topspin"),
        ({"Metadata": {}, "not-a-guid": {}}, None),
        ({"Measurement_000": {}}, "USID"),
        ({"Version": {}, "Data": {}}, "EMD"),
        ({"4DSTEM": {"emd_group_type": "root"}}, "EMD"),
        ({"entry": {"NX_class": "NXentry"}}, "NeXus"),
        ({"something": {}}, None),
    ],
)
def test_the_content_tells_the_reader(items, reader, tmp_path):
    assert hdf5_reader(fill(tmp_path / "any.suffix", **items)) == reader


def test_labelled_files_have_patterns_and_labels(tmp_path):
    assert is_labelled(fill(tmp_path / "both.h5", Experiments={}, crystal_map={}))
    assert not is_labelled(fill(tmp_path / "patterns.h5", Experiments={}))
    (tmp_path / "text.h5").write_text("no HDF5")
    assert not is_labelled(tmp_path / "text.h5")
    assert not is_labelled(tmp_path)


def test_the_first_four_names_are_told(tmp_path):
    assert top_groups(fill(tmp_path / "a.h5", **{name: {} for name in "edcba"})) == "a, b, c, d"
    assert top_groups(fill(tmp_path / "b.h5")) == "nothing"


def test_patterns_compressed_by_filters_of_instruments_are_read(tmp_path):
    import hdf5plugin

    values = np.arange(1000, dtype=np.uint16)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", data=values, **hdf5plugin.Bitshuffle())
    with open_hdf5(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["a"][()], values)
