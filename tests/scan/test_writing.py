"""Scan files are written, and labels put into them."""

import h5py
import numpy as np
import orix.io
import pytest
from plain_scans import INFO, write

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.instrument.detector import Detector
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels, create_scan


def test_orix_opens_the_labels(scan_path, scan):
    labels = orix.io.load(scan_path)
    assert labels.shape == (16, 20)
    assert labels.scan_unit == "nm"
    assert labels.phases[0].point_group.name == "-3m"
    np.testing.assert_array_equal(labels.prop["Q"], scan.labels.prop["Q"])
    np.testing.assert_allclose(labels.rotations.to_euler(), scan.labels.rotations.to_euler())


def test_chunks_are_runs_of_a_row_of_about_a_mebibyte(tmp_path):
    info = ScanInfo("wide", (1, 300), Detector((64, 64), 0.05), (1.0, 1.0), "nm")
    path = tmp_path / "scan.h5"
    write(path, np.zeros((1, 300, 64, 64), np.uint16), info)
    with Scan(path) as scan:
        assert scan.patterns.chunks == (1, 128, 64, 64)


def test_appended_labels_replace_the_old_and_keep_the_truth(tmp_path, patterns, rng):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    phase = linio2()
    for _ in range(2):
        rotations = random_rotations(120, rng)
        labels = crystal_map(rotations, phase, (3, 40), 2.0, "nm", {"Q": np.arange(120.0)})
        append_labels(path, labels)
    with Scan(path) as scan:
        assert disorientation(scan.labels.rotations, rotations, proper_point_group(phase)).max() < 1e-6
        np.testing.assert_array_equal(scan.labels.prop["Q"], np.arange(120))
        assert scan.phase.name == "LiNiO2"
    with h5py.File(path) as file:
        assert set(file) == {"Experiments", "crystal_map", "manufacturer", "version"}


def test_labels_of_another_shape_are_refused(tmp_path, patterns, rng):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    labels = crystal_map(random_rotations(12, rng), linio2(), (3, 4), 1.0, "nm", {})
    with pytest.raises(KerasStemError, match=r"3 x 40 positions.*found 3 x 4"):
        append_labels(path, labels)
    with Scan(path) as scan:
        assert not scan.has_labels


def test_selections_of_labels_are_appended(own_scan, scan):
    chosen = np.arange(len(scan)) % 7 != 3
    before = set(scan.labels.prop)
    selection = scan.labels[chosen]
    append_labels(own_scan, selection)
    assert set(selection.prop) == before
    with Scan(own_scan) as changed:
        np.testing.assert_array_equal(changed.labels.phase_id >= 0, chosen)
        for name, values in scan.labels.prop.items():
            kept = slice(None) if name.startswith(("truth_", "second_")) else chosen
            np.testing.assert_array_equal(changed.labels.prop[name][kept], values[kept])


def test_failed_writing_leaves_what_was_there(tmp_path, patterns):
    path = tmp_path / "scan.h5"
    path.write_text("precious")
    with pytest.raises(RuntimeError), create_scan(path, INFO) as writer:
        writer.write_rows(0, patterns)
        raise RuntimeError
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path, patterns):
    with pytest.raises(KerasStemError, match="Cannot write"):
        write(tmp_path / "absent" / "scan.h5", patterns)
