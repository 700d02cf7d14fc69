"""``kstem virtual``."""

import hyperspy.api as hs
import numpy as np
import pytest


def test_apertures_over_all_of_the_detector_have_all_counts(run, scan_path, scan, tmp_path):
    whole = ("--bright", "0:1000", "--dark", "0:1000", "--spot", "0,0,1000", "--pixels")
    told = run("virtual", scan_path, *whole, "--out", tmp_path / "out")
    expected = scan.patterns[:].sum(axis=(2, 3))
    written = sorted((tmp_path / "out").glob("*.hspy"))
    assert len(written) == 3
    for path in written:
        np.testing.assert_allclose(hs.load(path).data, expected, rtol=1e-5)
        assert path.with_suffix(".png").exists()
        assert path.name in told


def test_the_default_folder_lies_beside_the_scan(run, own_scan):
    run("virtual", own_scan)
    names = {path.name for path in own_scan.with_name("own-virtual").iterdir()}
    assert {"bright_field.png", "dark_field.png", "labels.png"} <= names


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--bright", "0.1", "expected numbers such as 0:0.12"),
        ("--dark", "0.3:a", "expected numbers such as 0.3:1.2"),
        ("--spot", "0.4", "expected numbers such as 0.4,-0.1,0.05"),
    ],
)
def test_wrong_numbers_are_told_with_an_example(run, scan_path, option, value, said):
    assert said in run("virtual", scan_path, option, value, status=2)
