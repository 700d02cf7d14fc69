"""The schema of orix, read with checks."""

import h5py
import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.io.orix_h5 import write_map_group
from keras_stem.io.orix_schema import read_phases, read_points, read_unit


@pytest.fixture
def group(labels, tmp_path):
    with h5py.File(tmp_path / "map.h5", "w") as file:
        write_map_group(file, labels)
        yield file["crystal_map"]


def test_points_phases_and_unit_are_read(group, labels):
    points = read_points(group["data"])
    np.testing.assert_array_equal(points["Q"], np.arange(24))
    np.testing.assert_array_equal(points["x"], np.tile(np.arange(6) * 2.0, 4))
    [(number, (phase, rotation))] = read_phases(group["header"]).items()
    assert (number, phase.name, read_unit(group["header"])) == (0, "LiNiO2", "nm")
    np.testing.assert_array_equal(rotation, np.eye(3))


def replace(group, name, values):
    del group[name]
    group[name] = values


def test_points_that_do_not_agree_are_refused(group):
    data = group["data"]
    replace(data, "phi1", np.where(np.arange(24) == 7, np.nan, 1.0))
    with pytest.raises(KerasStemError, match=r"finite angles in .*/phi1 .* at the point 7"):
        read_points(data)
    replace(data, "phi1", np.ones(24))
    replace(data, "Q", np.ones(23))
    with pytest.raises(KerasStemError, match=r"/Q in .*, as there are so many points, found \(23,\)"):
        read_points(data)


def test_angles_of_points_that_are_not_indexed_may_be_missing(group):
    data = group["data"]
    replace(data, "phase_id", np.where(np.arange(24) == 7, -1, 0))
    replace(data, "phi1", np.where(np.arange(24) == 7, np.nan, 1.0))
    assert read_points(data)["phi1"][6:9].tolist() == [1, 0, 1]


def test_the_property_of_the_first_version_has_its_new_name(group):
    group["data"].create_dataset("unlike", data=np.arange(24.0))
    assert read_points(group["data"])["out_of_distribution"].tolist() == list(range(24))


def test_phases_that_are_no_crystals_are_refused(group):
    phases = group["header/phases"]
    replace(phases["0"], "keras_stem", "no JSON")
    with pytest.raises(KerasStemError, match=r"Expected JSON in .*/phases/0/keras_stem"):
        read_phases(group["header"])
    phases.move("0", "first")
    with pytest.raises(KerasStemError, match=r"numbers as names in .*/phases in .*, found .*first"):
        read_phases(group["header"])


def test_a_map_without_a_unit_counts_pixels(group):
    del group["header/scan_unit"]
    assert read_unit(group["header"]) == "px"
