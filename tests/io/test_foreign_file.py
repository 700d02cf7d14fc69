"""Points of maps of other programs that have no orientation."""

import numpy as np
import pytest
from text_maps import SHAPE, TEXT_FORMATS, rewrite, written

from keras_stem.instrument.detector import Detector
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import grid_shape
from keras_stem.scan.label_files import ImportOptions, import_labels
from keras_stem.scan.metadata import ScanInfo


@pytest.mark.parametrize("angle", ["nan", "inf"])
@pytest.mark.parametrize(("suffix", "columns"), [("ang", (0, 1, 2)), ("ctf", (5, 6, 7))])
def test_angles_that_are_no_numbers(suffix, columns, angle, labels, tmp_path, run):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    chosen = np.isin(np.arange(24) % 6, [5]) | (np.arange(24) == 7)  # the last column, too
    for k in np.flatnonzero(chosen):
        rows[k][columns[k % 3]] = angle
    rewrite(path, header, rows)
    found, origin = load_map(path, dict(TEXT_FORMATS)[suffix])
    assert grid_shape(found) == SHAPE
    np.testing.assert_array_equal(found.phase_id >= 0, ~chosen)
    assert np.isfinite(found.rotations.data).all()
    assert origin["without_orientation"] == "5"
    info = ScanInfo("test", SHAPE, Detector((64, 64), 0.05), (3.0, 2.0), "nm")
    imported = import_labels(path, info, ImportOptions(dict(TEXT_FORMATS)[suffix]))
    np.testing.assert_array_equal(imported.labels.phase_id >= 0, ~chosen)
    assert imported.without_orientation == 5
    for told in (
        run("grains", path, "--out", tmp_path / "grains", "--all"),
        run("export", path, tmp_path / "map.h5"),
        run("grains", tmp_path / "map.h5", "--out", tmp_path / "grains", "--all"),
    ):
        assert "5 points have invalid Euler angles" in told
