"""Text maps in the encodings, number formats and versions in which other programs write them."""

import os
import subprocess

import h5py
import numpy as np
import orix.io
import pytest
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.pairing import GivenPhase
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.io.orix_h5 import write_map_group

EDAX_HEADER = """# TEM_PIXperUM          1.000000
# x-star                0.489900
#
# Phase 1
# MaterialName  \tNickel
# Formula     \tNi
# Info
# Symmetry              43
# LatticeConstants      3.520 3.520 3.520  90.000  90.000  90.000
# NumberFamilies        4
#
# GRID: SqrGrid
# XSTEP: 0.100000
# YSTEP: 0.100000
# NCOLS_ODD: 4
# NCOLS_EVEN: 4
# NROWS: 3
#
"""
NEWER = """# VERSION 8
# COLUMN_COUNT: 13
# COLUMN_HEADERS: phi1, PHI, phi2, x, y, IQ, CI, Phase index, SEM, Fit, PRIAS Bottom Strip, \
PRIAS Center Square, PRIAS Top Strip
# COLUMN_UNITS: radians, radians, radians, microns, microns, , , , , degrees, , ,
# GRID: SqrGrid
"""


@pytest.fixture
def rotations(rng):
    return random_rotations(12, rng)


def edax_table(rotations, columns, rng):
    """The ten columns of OIM Analysis and more; the last point is not indexed."""
    y, x = (axis.ravel() for axis in np.indices((3, 4)) * 0.1)
    q, ci = rng.uniform(1e3, 5e3, 12).round(1), rng.uniform(0, 1, 12).round(3)
    ci[-1] = -1
    ten = [rotations.to_euler(), x, y, q, ci, np.zeros(12), np.arange(12), np.full(12, 0.7)]
    table = np.column_stack([*ten, rng.uniform(0, 9, (12, 4)).round(2)])[:, :columns]
    return table, q, ci


def write_edax(path, table, header=EDAX_HEADER):
    lines = [" ".join(f"{number:.5f}" for number in row) for row in table]
    path.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("columns", [10, 13, 14])
@pytest.mark.parametrize("header", [EDAX_HEADER, EDAX_HEADER.replace("# GRID: SqrGrid\n", NEWER)])
def test_edax_files_of_all_versions_keep_q_and_r(columns, header, rotations, rng, tmp_path):
    table, q, ci = edax_table(rotations, columns, rng)
    found, _ = load_map(write_edax(tmp_path / "map.ang", table, header), "orix")
    np.testing.assert_allclose(found.prop["Q"], q)
    np.testing.assert_allclose(found.prop["R"], 100 * np.maximum(ci, 0))
    assert found.phase_id.tolist() == [0] * 11 + [-1]
    assert (found.dx, found.scan_unit) == (pytest.approx(0.1), "um")
    symmetry = found.phases[0].point_group
    assert symmetry.laue.name == "m-3m"
    assert np.rad2deg(disorientation(found.rotations[:11], rotations[:11], symmetry)).max() < 1e-2
    if columns == 13:
        named = "PRIAS_Center_Square" if header is not EDAX_HEADER else "unknown2"
        np.testing.assert_allclose(found.prop[named], table[:, 11])


def test_orix_reads_the_same_from_ten_columns(rotations, rng, tmp_path):
    table, *_ = edax_table(rotations, 10, rng)
    path = write_edax(tmp_path / "map.ang", table)
    expected, (found, _) = orix.io.load(path, autogen_names=False), load_map(path, "orix")
    np.testing.assert_allclose(found.prop["Q"], expected.prop["iq"])
    np.testing.assert_allclose(found.rotations.data, expected.rotations.data)
    np.testing.assert_array_equal(found.phase_id, expected.phase_id)


@pytest.fixture
def labels(rotations, rng):
    phase = linio2()
    phase.name = "γ'-Ni₂ (Würfel)"
    properties = {"Q": rng.uniform(20, 90, 12), "R": rng.uniform(0, 60, 12)}
    return crystal_map(rotations, phase, (3, 4), 2.0, "nm", properties)


CHANGES = {
    "as it is": lambda text: text.encode(),
    "CR LF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "latin-1": lambda text: text.replace("γ", "g").replace("₂", "2").encode("latin-1"),
    "blank lines at the end": lambda text: (text + "\n \n\n").encode(),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("suffix", "frame"), [("ang", "edax3"), ("ctf", "oxford")])
def test_text_files_in_any_encoding(suffix, frame, change, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    write_map(path, labels, {})
    text = path.read_text(encoding="utf-8")
    path.write_bytes(CHANGES[change](text))
    found, _ = load_map(path, frame)
    symmetry = proper_point_group(linio2())
    assert np.rad2deg(disorientation(found.rotations, labels.rotations, symmetry)).max() < 1e-3
    assert found.phases[0].name == ("g'-Ni2 (Würfel)" if change == "latin-1" else "γ'-Ni₂ (Würfel)")


@pytest.mark.parametrize(("suffix", "frame"), [("ang", "edax3"), ("ctf", "oxford")])
def test_decimal_commas(suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    write_map(path, labels, {})
    expected, _ = load_map(path, frame)
    head, body = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        (body if line.strip()[:1].isdigit() and ";" not in line else head).append(line)
    commas = [line.replace(".", ",") for line in body]
    head = [
        line.replace(".", ",") if ";" in line or "STEP" in line or "Step" in line else line for line in head
    ]
    path.write_text("\n".join([*head, *commas]), encoding="utf-8")
    found, _ = load_map(path, frame)
    np.testing.assert_array_equal(found.rotations.data, expected.rotations.data)
    np.testing.assert_array_equal(found.x, expected.x)
    assert found.phases[0].structure.lattice.a == pytest.approx(2.876)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_any_delimiter(delimiter, rotations, tmp_path):
    y, x = (axis.ravel() for axis in np.indices((3, 4)) * 2.5)
    euler = np.rad2deg(rotations.to_euler())
    rows = [[f"{number:.4f}" for number in row] for row in np.column_stack([x, y, euler])]
    if delimiter != ",":
        rows = [[number.replace(".", ",") for number in row] for row in rows]
    lines = [delimiter.join(row) for row in [["X", '"Y"', "phi1", "PHI", "phi2"], *rows]]
    (tmp_path / "map.csv").write_text("\n".join(lines), encoding="latin-1")
    found, _ = load_map(tmp_path / "map.csv", "orix", [GivenPhase(linio2())])
    symmetry = proper_point_group(linio2())
    assert np.rad2deg(disorientation(found.rotations, rotations, symmetry)).max() < 1e-3
    assert (found.dy, found.dx) == (2.5, 2.5)


def test_rows_in_any_order_and_missing_ones(labels, rng, tmp_path):
    path = tmp_path / "map.ang"
    write_map(path, labels, {})
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows = [line for line in lines if not line.startswith("#")]
    kept = rng.permutation([k for k in range(12) if k != 6])
    path.write_text("\n".join([*head, *(rows[k] for k in kept)]), encoding="utf-8")
    found, _ = load_map(path, "edax3")
    assert found.shape == (3, 4)
    assert np.flatnonzero(found.phase_id < 0).tolist() == [6]
    indexed = np.arange(12) != 6
    pair = found.rotations[indexed], labels.rotations[indexed]
    assert np.rad2deg(disorientation(*pair, proper_point_group(linio2()))).max() < 1e-3


def test_formats_that_are_not_read_are_told_with_those_that_are(run, scan_path, real_files, tmp_path):
    source = real_files / "maps" / "defdap" / "testDataEBSD.cpr"
    for path in (source, source.with_suffix(".crc")):
        told = run("label", "import", scan_path, path, "--frame", "oxford", status=1)
        assert all(known in told for known in (".ang", ".ctf", ".csv", ".h5", path.name, "export it"))
    (tmp_path / "scan.osc").write_bytes(b"\0\1\2")
    with pytest.raises(KerasStemError, match=r"formats \.h5 .*\.ang .* found .*scan\.osc"):
        load_map(tmp_path / "scan.osc", "orix")


def test_broken_rows_get_a_clear_line(rotations, rng, tmp_path):
    table, *_ = edax_table(rotations, 10, rng)
    path = write_edax(tmp_path / "map.ang", table)
    whole = path.read_text()
    for text in (whole.replace("0.70000", "oops", 1), whole[:-30], EDAX_HEADER):
        path.write_text(text)
        with pytest.raises(KerasStemError, match=r"rows of numbers in .*map\.ang"):
            load_map(path, "orix")


def test_files_are_written_in_utf8_whatever_the_locale(kstem, labels, tmp_path):
    """Under a locale of latin-1, which has no γ."""
    with h5py.File(tmp_path / "map.h5", "w") as file:
        write_map_group(file, labels)
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


def test_orix_reads_the_names_of_text_files(labels, tmp_path):
    write_map(tmp_path / "map.ctf", labels, {})
    assert orix.io.load(tmp_path / "map.ctf").phases[1].name == "γ'-Ni₂ (Würfel)"
    assert isinstance(labels.rotations, Rotation)
