"""Data of the interactive map."""

import numpy as np
import pytest
from page_data import unpacked

from keras_stem.io.map_files import read_map
from keras_stem.report.interactive import explorer_data, packed
from keras_stem.report.map_analysis import analyse_map


def test_large_maps_are_thinned(monkeypatch, map_path):
    monkeypatch.setattr("keras_stem.report.interactive.LARGEST_POINTS", 100)
    made, _ = read_map(map_path)
    analysis = analyse_map(made, np.ones(made.size, bool), {})
    data = explorer_data(analysis, None, "z")
    assert (data["every"], data["shape"]) == (2, (8, 10))
    values = {value["name"]: unpacked(value) for value in data["values"]}
    np.testing.assert_array_equal(values["grain"], analysis.numbers.reshape(16, 20)[::2, ::2].ravel())


@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
def test_arrays_are_packed_with_the_lowest_byte_first(dtype):
    values = np.array([1, -2, 70000], np.dtype(dtype).newbyteorder(">"))
    assert packed(values)["type"] == dtype
    np.testing.assert_array_equal(unpacked(packed(values)), values)
    assert packed(np.array([1], np.int32))["data"] == "AQAAAA=="
