"""``kstem info``, and files that are no scans."""

import h5py
import numpy as np


def test_no_such_file(fails):
    assert "found nothing at absent.h5" in fails("info", "absent.h5")


def test_a_truncated_file(fails, scan_path, tmp_path):
    path = tmp_path / "cut.h5"
    path.write_bytes(scan_path.read_bytes()[: scan_path.stat().st_size // 2])
    assert "is truncated" in fails("info", path)


def test_no_hdf5(fails, tmp_path):
    path = tmp_path / "text.h5"
    path.write_text("not a scan")
    assert "Expected a scan file (HDF5), found another format" in fails("info", path)


def test_a_file_without_patterns(fails, tmp_path):
    with h5py.File(tmp_path / "empty.h5", "w") as file:
        file.create_group("Experiments/nothing")
    assert "holds no patterns" in fails("info", tmp_path / "empty.h5")


def test_patterns_of_three_dimensions(fails, tmp_path):
    with h5py.File(tmp_path / "stack.h5", "w") as file:
        file["Experiments/stack/data"] = np.zeros((4, 64, 64))
    assert "four dimensions" in fails("info", tmp_path / "stack.h5")
