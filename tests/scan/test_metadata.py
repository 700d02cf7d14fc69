"""Axes and metadata of scans, as HyperSpy has them."""

import h5py
import hyperspy.api as hs
import numpy as np
import pytest
from plain_scans import INFO, write

from keras_stem.errors import KerasStemError
from keras_stem.scan.metadata import common_steps, hyperspy_axes, require_positive, require_square
from keras_stem.scan.scan import Scan


def test_hyperspy_opens_the_patterns(scan_path, scan):
    signal = hs.load(scan_path, file_format="hspy", lazy=True)
    assert signal.data.shape == (16, 20, 64, 64)
    kx = signal.axes_manager["kx"]
    assert kx.scale == pytest.approx(0.05)
    assert kx.units == "1/Å"
    assert kx.value2index(0.0) in (31, 32)
    assert signal.axes_manager["x"].units == "nm"
    assert signal.metadata.Acquisition_instrument.TEM.beam_energy == 300
    np.testing.assert_array_equal(signal.inav[7, 5].data.compute(), scan.read(np.array([5 * 20 + 7]))[0])


def test_metadata_comes_back(tmp_path, patterns):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    with Scan(path) as scan:
        assert scan.info == INFO
        assert scan.patterns.dtype == np.uint16
        assert not scan.has_labels


def test_an_axis_that_is_no_group_is_named(own_scan):
    with h5py.File(own_scan, "r+") as file:
        [experiment] = file["Experiments"].values()
        place = f"{experiment.name}/axis-3"
        del file[place]
        file[place] = 1.0
    with pytest.raises(KerasStemError, match=f"Expected a group {place} in .*, found a data set"):
        Scan(own_scan).info  # noqa: B018


def test_an_axis_that_only_declares_its_values_is_refused(own_scan):
    with h5py.File(own_scan, "r+") as file:
        [experiment] = file["Experiments"].values()
        experiment["axis-3"].create_dataset("axis", (10**10,), "f8", chunks=(4096,))
    with pytest.raises(KerasStemError, match=r"axis-3/axis.* is incomplete"):
        Scan(own_scan).info  # noqa: B018


def test_the_direct_beam_is_the_origin_of_the_axes():
    y, x, ky, kx = hyperspy_axes(INFO)  # 64 x 64 pixels of 0.05 1/Å
    assert [axis["size"] for axis in (y, x, ky, kx)] == [3, 40, 64, 64]
    assert (ky["offset"], kx["offset"]) == (pytest.approx(-1.575), pytest.approx(-1.575))
    assert (y["scale"], y["units"], kx["scale"], kx["units"]) == (2.0, "nm", 0.05, "1/Å")


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        ([(2.0, "nm"), (3.0, "nm")], ((2.0, 3.0), "nm")),
        ([(0.002, "um"), (3.0, "nm")], ((pytest.approx(2.0), 3.0), "nm")),
        ([(2.0, "px"), (3.0, "nm")], ((1.0, 1.0), "px")),
    ],
)
def test_steps_in_a_common_unit(axes, expected):
    assert common_steps(axes) == expected


def test_calibrations_that_make_no_sense_name_their_option():
    require_square((0.05, 0.0504), "a scan")
    with pytest.raises(KerasStemError, match=r"found 0\.05 x 0\.06 1/Å"):
        require_square((0.05, 0.06), "a scan")
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(KerasStemError, match=r"a step above 0 in a scan, found .* with --step"):
            require_positive(wrong, "a step", "a scan", "--step")
