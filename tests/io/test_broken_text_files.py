"""Text maps whose header and points do not agree, or whose numbers are odd, get one line that says so."""

import re

import numpy as np
import pytest

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.pairing import GivenPhase
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import crystal_map, grid_shape
from keras_stem.scan.detector import Detector
from keras_stem.scan.label_files import ImportOptions, import_labels
from keras_stem.scan.metadata import ScanInfo

SHAPE = (4, 6)
FORMATS = [("ang", "edax3"), ("ctf", "oxford")]


@pytest.fixture
def labels(rng):
    properties = {"Q": np.arange(24.0), "R": np.arange(24.0)}
    return crystal_map(random_rotations(24, rng), linio2(), SHAPE, (3.0, 2.0), "nm", properties)


def written(labels, path):
    """The lines of the header, and the columns of each row, of a map that is written."""
    write_map(path, labels, {})
    lines = path.read_text(encoding="utf-8").splitlines()
    names = "# Column names" if path.suffix == ".ang" else "Phase\t"
    first = next(k for k, line in enumerate(lines) if line.startswith(names)) + 1
    return lines[:first], [line.split() for line in lines[first:]]


def rewrite(path, header, rows):
    path.write_text("\n".join([*header, *("\t".join(row) for row in rows)]) + "\n", encoding="utf-8")


def require_refused(path, frame, pattern):
    with pytest.raises(KerasStemError, match=pattern) as caught:
        load_map(path, frame)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


@pytest.mark.parametrize(("suffix", "frame"), FORMATS)
@pytest.mark.parametrize("missing", [1, 3, 6, 9])
def test_files_that_were_cut_off(missing, suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    rewrite(path, header, rows[:-missing])
    require_refused(path, frame, "cut off")


@pytest.mark.parametrize(("suffix", "frame"), FORMATS)
def test_rows_and_columns_exchanged_in_the_header(suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    exchanged = {"XCells": "YCells", "YCells": "XCells", "NROWS": "NCOLS_ODD", "NCOLS_ODD": "NROWS"}
    names = "|".join(exchanged)
    header = [re.sub(rf"^((?:# )?)({names})", lambda m: m[1] + exchanged[m[2]], line) for line in header]
    rewrite(path, header, rows)
    require_refused(path, frame, r"6 x 4 points .* found 4 x 6 .* exchanged")


@pytest.mark.parametrize(("suffix", "frame"), FORMATS)
@pytest.mark.parametrize("axis", "XY")
def test_a_step_in_the_header_that_is_not_that_of_the_points(axis, suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    rewrite(path, [re.sub(rf"({axis}STEP:|{axis}Step)\s.*", r"\1 0.5", line) for line in header], rows)
    found = {"X": "0.002", "Y": "0.003"}[axis]
    require_refused(path, frame, rf"step of 0\.5 along {axis.lower()} .* found {found}")
    # A step that is rounded is right.
    rounded = [re.sub(r"(XSTEP:|XStep)\s.*", r"\1 0.00205", line) for line in header]
    rewrite(path, rounded, rows)
    assert load_map(path, frame)[0].dx == pytest.approx(0.002)


@pytest.mark.parametrize("name", ["XCells", "YCells", "XStep"])
@pytest.mark.parametrize("text", ["0", "-4", "many", "", "nan", "9" * 5000])
def test_odd_numbers_in_the_header(text, name, labels, tmp_path):
    path = tmp_path / "map.ctf"
    header, rows = written(labels, path)
    rewrite(path, [f"{name}\t{text}" if line.startswith(name) else line for line in header], rows)
    require_refused(path, "oxford", f"{name} in the header")


def test_more_cells_than_any_map_has(labels, tmp_path):
    path = tmp_path / "map.ctf"
    header, rows = written(labels, path)
    rewrite(path, [f"XCells\t{10**30}" if line.startswith("XCells") else line for line in header], rows)
    require_refused(path, "oxford", "found 24; the file was cut off")


@pytest.mark.parametrize(("suffix", "frame"), FORMATS)
def test_decimal_commas_after_a_first_row_of_whole_numbers(suffix, frame, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    expected, _ = load_map(path, frame)
    whole = [number.split(".")[0] for number in rows[0]]
    rewrite(path, header, [whole, *([number.replace(".", ",") for number in row] for row in rows[1:])])
    found, _ = load_map(path, frame)
    np.testing.assert_array_equal(found.rotations.data[1:], expected.rotations.data[1:])


def test_angles_in_degrees(labels, tmp_path):
    path = tmp_path / "map.ang"
    header, rows = written(labels, path)
    turned = [[f"{np.rad2deg(float(angle)):.3f}" for angle in row[:3]] + row[3:] for row in rows]
    rewrite(path, header, turned)
    require_refused(path, "edax3", "in radians .* degrees")
    # Points that are not indexed have 4 pi, whatever their number.
    rows[2:] = [["12.56637"] * 3 + [*row[3:6], "-1", *row[7:]] for row in rows[2:]]
    rewrite(path, header, rows)
    assert np.count_nonzero(load_map(path, "edax3")[0].phase_id >= 0) == 2


@pytest.mark.parametrize(("suffix", "column"), [("ang", 7), ("ctf", 0)])
@pytest.mark.parametrize("number", ["0.4", "nan", "1e300"])
def test_phases_that_are_no_whole_numbers(number, suffix, column, labels, tmp_path):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    rows[5][column] = number
    rewrite(path, header, rows)
    require_refused(path, dict(FORMATS)[suffix], "whole numbers of phases .* in row 6")


def csv_rows(rng):
    y, x = (axis.ravel() for axis in np.indices(SHAPE) * 2.0)
    rotations = random_rotations(24, rng)
    return rotations, np.column_stack([x, y, np.rad2deg(rotations.to_euler())])


def write_csv(path, header, table):
    path.write_text("\n".join([header, *(",".join(f"{one:.6f}" for one in row) for row in table)]))


def test_columns_and_phases_of_a_csv(rng, tmp_path):
    path, given = tmp_path / "map.csv", [GivenPhase(linio2())]
    rotations, table = csv_rows(rng)
    write_csv(path, "x,y,phi1,Phi,phi2,note,note", np.column_stack([table, table[:, :2]]))
    found, _ = load_map(path, "orix", given)  # which of two columns that nobody reads does not matter
    assert disorientation(found.rotations, rotations, proper_point_group(linio2())).max() < 1e-5
    write_csv(path, "x,y,phi1,Phi,phi2,PHI1", np.column_stack([table, np.full(24, 7.0)]))
    with pytest.raises(KerasStemError, match=r"each column once in .*map\.csv, found several: phi1"):
        load_map(path, "orix", given)
    write_csv(path, "x,y,phi1,Phi,phi2,phase", np.column_stack([table, np.full(24, 0.4)]))
    with pytest.raises(KerasStemError, match=r"whole numbers of phases in .*map\.csv, found 0\.4"):
        load_map(path, "orix", given)


@pytest.mark.parametrize("angle", ["nan", "inf"])
@pytest.mark.parametrize(("suffix", "columns"), [("ang", (0, 1, 2)), ("ctf", (5, 6, 7))])
def test_angles_that_are_no_numbers(suffix, columns, angle, labels, tmp_path, run):
    path = tmp_path / f"map.{suffix}"
    header, rows = written(labels, path)
    chosen = np.isin(np.arange(24) % 6, [5]) | (np.arange(24) == 7)  # the last column, too
    for k in np.flatnonzero(chosen):
        rows[k][columns[k % 3]] = angle
    rewrite(path, header, rows)
    found, origin = load_map(path, dict(FORMATS)[suffix])
    assert grid_shape(found) == SHAPE
    np.testing.assert_array_equal(found.phase_id >= 0, ~chosen)
    assert np.isfinite(found.rotations.data).all()
    assert origin["without_orientation"] == "5"
    info = ScanInfo("test", SHAPE, Detector((64, 64), 0.05), (3.0, 2.0), "nm")
    imported = import_labels(path, info, ImportOptions(dict(FORMATS)[suffix]))
    np.testing.assert_array_equal(imported.labels.phase_id >= 0, ~chosen)
    assert imported.without_orientation == 5
    for told in (
        run("grains", path, "--out", tmp_path / "grains", "--all"),
        run("export", path, tmp_path / "map.h5"),
        run("grains", tmp_path / "map.h5", "--out", tmp_path / "grains", "--all"),
    ):
        assert "5 points have invalid Euler angles" in told
