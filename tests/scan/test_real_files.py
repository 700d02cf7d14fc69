"""Files of real instruments, where their folder is there (they are not part of the repository)."""

import numpy as np
import pytest

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan


def test_a_scan_that_hyperspy_wrote(real_files):
    with Scan(real_files / "patterns" / "austenite_sped_subset_2x2.hspy") as scan:
        assert scan.info.shape == (2, 2)
        assert scan.info.detector.shape == (256, 256)
        assert scan.info.detector.pixel_size == pytest.approx(0.01261)
        assert (scan.info.steps, scan.info.unit) == ((2.0, 2.0), "nm")
        assert not scan.has_labels
        np.testing.assert_array_equal(
            scan.read(np.array([3, 0])), scan.patterns[:].reshape(4, 256, 256)[[3, 0]]
        )


def test_a_format_that_is_no_scan(real_files):
    with pytest.raises(KerasStemError, match="holds no patterns"):
        Scan(real_files / "patterns" / "pixstem_fpd_file_test.hdf5")
