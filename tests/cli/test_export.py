"""``kstem export``."""

import numpy as np
import orix.io
import pytest

from keras_stem.scan.scan import Scan


@pytest.mark.parametrize(("suffix", "tolerance"), [("h5", 1e-6), ("ang", 1e-4), ("ctf", 1e-3)])
def test_orix_reads_what_is_written(run, map_path, tmp_path, suffix, tolerance):
    expected, out = orix.io.load(map_path), tmp_path / f"out.{suffix}"
    assert f"Wrote {out}" in " ".join(run("export", map_path, out).split())
    found = orix.io.load(out)
    assert found.shape == expected.shape == (10, 15)
    if suffix != "ctf":  # which has angles of another frame
        assert np.max((~found.rotations * expected.rotations).angle % (2 * np.pi)) < tolerance


def test_steps_may_be_replaced(run, map_path, tmp_path):
    run("export", map_path, tmp_path / "out.h5", "--step", "4x3", "--unit", "um")
    found = orix.io.load(tmp_path / "out.h5")
    assert (found.dy, found.dx, found.scan_unit) == (4.0, 3.0, "um")


def test_labels_of_a_scan_are_a_map(run, scan_path, tmp_path):
    run("export", scan_path, tmp_path / "out.h5")
    with Scan(scan_path) as scan:
        expected = scan.labels
    found = orix.io.load(tmp_path / "out.h5")
    np.testing.assert_allclose(found.rotations.data, expected.rotations.data, atol=1e-6)
    np.testing.assert_array_equal(found.prop["Q"], expected.prop["Q"])


def test_what_cannot_be_written_leaves_nothing(run, map_path, tmp_path):
    assert "--step together with --unit nm" in run(
        "export", map_path, tmp_path / "out.h5", "--unit", "nm", status=1
    )
    assert "end in" in run("export", map_path, tmp_path / "out.txt", status=1)
    assert not list(tmp_path.glob("out*"))
