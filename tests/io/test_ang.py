"""EDAX files of all versions, and broken ones."""

import numpy as np
import orix.io
import pytest
from text_maps import require_refused, rewrite, written

from keras_stem.crystal.disorientation import disorientation
from keras_stem.errors import KerasStemError
from keras_stem.io.map_files import load_map

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


def test_broken_rows_get_a_clear_line(rotations, rng, tmp_path):
    table, *_ = edax_table(rotations, 10, rng)
    path = write_edax(tmp_path / "map.ang", table)
    whole = path.read_text()
    for text in (whole.replace("0.70000", "oops", 1), whole[:-30], EDAX_HEADER):
        path.write_text(text)
        with pytest.raises(KerasStemError, match=r"rows of numbers in .*map\.ang"):
            load_map(path, "orix")


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
