"""Lengths, encoding and qualities of text maps."""

import os
import subprocess

import h5py
import numpy as np
import orix.io
import pytest
from shaped_maps import FRAMES, require_equal

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.io.orix_h5 import write_map_group
from keras_stem.io.writing import map_text, micrometres


@pytest.mark.slow
def test_files_are_written_in_utf8_whatever_the_locale(kstem, greek_labels, tmp_path):
    """Under a locale of latin-1, which has no γ."""
    with h5py.File(tmp_path / "map.h5", "w") as file:
        write_map_group(file, greek_labels)
    environment = {
        **os.environ,
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "latin-1",
        "LC_ALL": "en_US.ISO-8859-1",
    }
    for suffix in ("ang", "ctf"):
        command = [*kstem, "export", tmp_path / "map.h5", tmp_path / f"map.{suffix}"]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "γ'-Ni₂ (Würfel)" in (tmp_path / f"map.{suffix}").read_bytes().decode()


@pytest.mark.parametrize("suffix", ["ang", "ctf"])
@pytest.mark.parametrize("unit", ["m", "mm", "um", "µm", "nm", "A", "Å", "pm"])
def test_lengths_are_converted(unit, suffix, rng, tmp_path):
    # By hand: metres of a unit; both text formats count in µm.
    metres = {"m": 1, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "nm": 1e-9, "A": 1e-10, "Å": 1e-10, "pm": 1e-12}
    step = 2.5e-9 / metres[unit]
    given = crystal_map(random_rotations(6, rng), linio2(), (2, 3), (2 * step, step), unit, {})
    write_map(tmp_path / f"map.{suffix}", given, {})
    found = orix.io.load(tmp_path / f"map.{suffix}")
    assert (found.dy, found.dx, found.scan_unit) == (pytest.approx(0.005), pytest.approx(0.0025), "um")


@pytest.mark.parametrize("unit", ["px", "", "furlongs per fortnight"])
def test_text_formats_need_a_length(unit, rng, tmp_path, run):
    given = crystal_map(random_rotations(6, rng), linio2(), (2, 3), 1.0, unit, {})
    with pytest.raises(KerasStemError, match=r"unit is a length.*--step"):
        write_map(tmp_path / "map.ctf", given, {})
    write_map(tmp_path / "map.h5", given, {})
    assert "--step" in run("export", tmp_path / "map.h5", tmp_path / "map.ang", status=1)
    run("export", tmp_path / "map.h5", tmp_path / "map.ang", "--step", "4x2", "--unit", "Å")
    found = orix.io.load(tmp_path / "map.ang")
    assert (found.dy, found.dx) == (pytest.approx(0.0004), pytest.approx(0.0002))
    require_equal(found, given)


@pytest.mark.parametrize("suffix", ["ang", "ctf"])
@pytest.mark.parametrize("names", [("Q", "R"), ("agreement", "reliability")])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_qualities_that_are_no_numbers_are_0_in_text_formats(odd, names, suffix, rng, tmp_path):
    values = np.where(np.arange(6) == 2, odd, 40.0)
    given = crystal_map(random_rotations(6, rng), linio2(), (2, 3), 2.0, "nm", dict.fromkeys(names, values))
    write_map(tmp_path / f"map.{suffix}", given, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    for name in "QR":
        np.testing.assert_allclose(found.prop[name], [40, 40, 0, 40, 40, 40])
    require_equal(found, given)


def test_text_formats_count_in_micrometres(labels):
    text = map_text(labels, {"model": "a\nb", "scan": "s.h5", "other": "x"})
    assert text.origin == "model a b, scan s.h5"
    assert (text.shape, text.steps) == ((4, 6), (pytest.approx(0.003), pytest.approx(0.002)))
    np.testing.assert_allclose(text.x[:7], np.array([0, 2, 4, 6, 8, 10, 0]) / 1000)
    np.testing.assert_array_equal(text.q, np.arange(24))
    assert text.decimals == 7  # 0.002000 with four significant digits
    with pytest.raises(KerasStemError, match="found 'px'"):
        micrometres("px")
