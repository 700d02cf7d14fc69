"""Labels have the steps of their scan."""

import shutil

import h5py
import pytest
from plain_scans import write

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import crystal_map, with_steps
from keras_stem.io.orix_h5 import write_map_group
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
