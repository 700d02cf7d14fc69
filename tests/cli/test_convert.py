"""``kstem convert``: sizes that are refused."""

import numpy as np
import pytest


@pytest.mark.parametrize("value", ["inf", "nan", "-inf", "1e-320"])
@pytest.mark.parametrize(
    "option", ["--beam-energy", "--gain", "--pixel-size", "--step", "--camera-length", "--convergence-angle"]
)
def test_sizes_of_a_conversion_that_are_no_numbers(option, value, run, tmp_path):
    np.save(tmp_path / "patterns.npy", np.ones((2, 2, 8, 8)))
    told = run("convert", tmp_path / "patterns.npy", tmp_path / "out.h5", option, value, status=2)
    assert f"Invalid value for '{option}'" in told
    assert not (tmp_path / "out.h5").exists()


def test_a_beam_energy_in_ev_is_refused(run, scan_path, tmp_path):
    for command in (("convert", scan_path, tmp_path / "out.h5"), ("label", "match", scan_path)):
        told = run(*command, "--beam-energy", "300000", status=2)
        assert "300000.0 is not in the range 1<=x<=10000" in told
