"""Labels have the steps of their scan."""

import shutil

import h5py
import numpy as np
import pytest
from plain_scans import write

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import crystal_map, with_steps
from keras_stem.io.orix_h5 import write_map_group
from keras_stem.scan.labels import require_steps, with_truth_of
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert


def test_labels_of_another_step_are_refused(tmp_path, patterns, rng):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    labels = crystal_map(random_rotations(120, rng), linio2(), (3, 40), (2.0, 4.0), "nm", {})
    with pytest.raises(KerasStemError, match=r"step of the scan .* along x, found 4 nm.*with_steps"):
        append_labels(path, labels)
    with h5py.File(path, "a") as file:
        write_map_group(file, labels)
    with Scan(path) as scan, pytest.raises(KerasStemError, match=r"step of the scan .* kstem convert"):
        scan.labels  # noqa: B018
    convert(shutil.copy(path, tmp_path / "copy.h5"), tmp_path / "mended.h5", Conversion())
    with Scan(tmp_path / "mended.h5") as scan:
        assert (scan.labels.dy, scan.labels.dx) == (2.0, 2.0)
    append_labels(path, with_steps(labels, (2.0, 2.0), "nm"))
    with Scan(path) as scan:
        assert (scan.labels.dy, scan.labels.dx) == (2.0, 2.0)


def test_steps_are_compared_in_any_unit(rng):
    labels = crystal_map(random_rotations(6, rng), linio2(), (2, 3), 2.0, "nm", {})
    require_steps(labels, (0.002, 0.002), "um", "a scan", "remedy")
    with pytest.raises(KerasStemError, match="in a scan, 3 nm along y, found 2 nm; remedy"):
        require_steps(labels, (0.003, 0.002), "um", "a scan", "remedy")


def test_the_truth_of_a_simulation_stays(rng):
    before = {"Q": np.zeros(6), "truth_grain": np.arange(6), "second_grain": np.arange(6) + 1}
    old, new = (
        crystal_map(random_rotations(6, rng), linio2(), (2, 3), 2.0, "nm", properties)
        for properties in (before, {"Q": np.ones(6)})
    )
    found = with_truth_of(new, old)
    assert found.prop["Q"].tolist() == [1] * 6
    assert found.prop["second_grain"].tolist() == [1, 2, 3, 4, 5, 6]
    np.testing.assert_array_equal(found.rotations.data, new.rotations.data)
