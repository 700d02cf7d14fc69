"""Labels of scans that are converted again."""

import numpy as np
import pytest
from conversions import converted

from keras_stem.io.map_files import read_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.workflow.conversion import Calibration, Conversion
from keras_stem.workflow.convert import convert


def test_labels_of_a_scan_go_with_their_positions(own_scan, scan, tmp_path):
    append_labels(own_scan, scan.labels, {"scan": "tiny.h5", "made": "for this test"})
    options = {"scan_crop": (2, 10, 4, None), "crop": (8, 56, 8, 56), "binning": 2}
    numbers = np.arange(len(scan)).reshape(scan.info.shape)[2:10, 4:].ravel()
    with converted(own_scan, tmp_path, **options) as part:
        assert part.patterns.shape == (8, 16, 24, 24)
        angles = (~part.labels.rotations * scan.labels.rotations[numbers]).angle
        np.testing.assert_allclose(angles, 0, atol=1e-6)
        for name, values in scan.labels.prop.items():
            np.testing.assert_array_equal(part.labels.prop[name], np.asarray(values)[numbers])
        assert part.labels.x.min() == part.labels.y.min() == 0
        assert part.labels.dx == pytest.approx(scan.info.steps[1])
        assert part.phase.name == scan.phase.name
        assert read_map(part.path)[1] == {"scan": "tiny.h5", "made": "for this test"}


@pytest.mark.parametrize("crop", [(3, 4, None, None), (None, None, 5, 6), (3, 4, 5, 6)])
def test_labels_of_a_row_or_a_column(crop, scan, tmp_path):
    top, bottom, left, right = crop
    chosen = np.arange(len(scan)).reshape(scan.info.shape)[top:bottom, left:right]
    with converted(scan.path, tmp_path, scan_crop=crop) as part:
        assert part.info.shape == chosen.shape
        angles = (~part.labels.rotations * scan.labels.rotations[chosen.ravel()]).angle
        np.testing.assert_allclose(angles, 0, atol=1e-6)


@pytest.mark.parametrize(("unit", "expected"), [(None, "nm"), ("µm", "um")])
def test_labels_get_the_step_that_is_given(unit, expected, scan, tmp_path):
    options = {"scan_crop": (2, 10, 4, None), "calibration": Calibration(steps=(7.0, 3.0), unit=unit)}
    with converted(scan.path, tmp_path, **options) as part:
        found = part.labels
        assert (found.dy, found.dx, found.scan_unit) == (7.0, 3.0, expected)
        assert (found.y.max(), found.x.max()) == (7 * 7.0, 15 * 3.0)


def test_labels_of_positions_that_are_summed_are_left_out(scan, tmp_path):
    lines = convert(scan.path, tmp_path / "out.h5", Conversion(scan_binning=2)).notes
    assert "labels" in lines[0] and "left out" in lines[0]
    with Scan(tmp_path / "out.h5") as part:
        assert not part.has_labels
