"""Maps of other programs: their phases, their cells, and points that have no orientation."""

import numpy as np
import pytest
from crystals import cif, write_cif
from orix.quaternion import Rotation
from text_maps import SHAPE, TEXT_FORMATS, rewrite, written

from keras_stem.crystal.map_phases import phases_of
from keras_stem.crystal.pairing import GivenPhase, load_given
from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError
from keras_stem.instrument.detector import Detector
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import crystal_map, grid_shape
from keras_stem.scan.label_files import ImportOptions, import_labels
from keras_stem.scan.metadata import ScanInfo


@pytest.mark.parametrize("angle", ["nan", "inf"])
@pytest.mark.parametrize(("suffix", "columns"), [("ang", (0, 1, 2)), ("ctf", (5, 6, 7))])
def test_angles_that_are_no_numbers(suffix, columns, angle, labels, tmp_path):
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


def test_commands_tell_how_many_angles_are_no_numbers(labels, tmp_path, run):
    path = tmp_path / "map.ctf"
    header, rows = written(labels, path)
    for k in (7, 11):
        rows[k][5] = "nan"
    rewrite(path, header, rows)
    for told in (
        run("grains", path, "--out", tmp_path / "grains", "--all"),
        run("export", path, tmp_path / "map.h5"),
        run("grains", tmp_path / "map.h5", "--out", tmp_path / "grains", "--all"),
    ):
        assert "2 points have invalid Euler angles" in told


CTF = """Channel Text File
Prj	test
Author	test
JobMode	Grid
XCells	4
YCells	3
XStep	0.002
YStep	0.002
AcqE1	0
AcqE2	0
AcqE3	0
Euler angles refer to Sample Coordinate system (CS0)!	Mag	1
Phases	2
3.6;3.6;3.6	90;90;90	Copper	11	225
4.2;4.2;4.2	90;90;90	Oxide	11	225
Phase	X	Y	Bands	Error	Euler1	Euler2	Euler3	MAD	BC	BS
"""


def copper_and_oxide(tmp_path):
    return [
        write_cif(tmp_path / f"{name}.cif", "F m -3 m", f"{a} {a} {a} 90 90 90", ["Cu 0 0 0 1 0"])
        for name, a in (("copper", 3.6), ("oxide", 4.2))
    ]


def write_ctf(path, phase_id):
    y, x = np.indices((3, 4)) * 0.002
    rest = np.column_stack([np.full((12, 2), 0), np.full((12, 3), 30.0), np.full((12, 3), 1)])
    np.savetxt(
        path,
        np.column_stack([phase_id, x.ravel(), y.ravel(), rest]),
        "%.4f",
        "\t",
        header=CTF[:-1],
        comments="",
    )
    return path


def test_the_second_of_two_phases_gets_the_second_file(tmp_path):
    files = copper_and_oxide(tmp_path)
    path = write_ctf(tmp_path / "map.ctf", np.full(12, 2))
    for given in (load_given(files), load_given([f"Oxide={files[1]}", f"Copper={files[0]}"])):
        found, _ = load_map(path, "oxford", given)
        [phase] = phases_of(found).values()
        assert phase.structure.lattice.a == pytest.approx(4.2)
    one, _ = load_map(path, "oxford", load_given([f"Oxide={files[1]}"]))
    assert [phase.name for phase in phases_of(one).values()] == ["Oxide"]


def test_what_does_not_pair_is_an_error_that_lists_both(tmp_path):
    files = copper_and_oxide(tmp_path)
    path = write_ctf(tmp_path / "map.ctf", [1, 2] * 6)
    with pytest.raises(KerasStemError, match=r"1 'Copper', 2 'Oxide'; the CIF files are copper\.cif"):
        load_map(path, "oxford", load_given(files[:1]))
    with pytest.raises(KerasStemError, match=r"'Zinc' names no single one"):
        load_map(path, "oxford", load_given([f"Zinc={files[0]}"]))
    with pytest.raises(KerasStemError, match=r"lattice constants 4\.2, 4\.2, 4\.2 Å.*'Copper'.*found 3\.6"):
        load_map(path, "oxford", load_given(files[::-1]))
    with pytest.raises(KerasStemError, match=r"points of phase 3, but its header names only 1 'Copper'"):
        load_map(write_ctf(tmp_path / "other.ctf", [1, 2, 3] * 4), "oxford")


def test_an_orix_map_takes_a_cif_file_of_another_setting(tmp_path):
    rotations = random_rotations(12, np.random.default_rng(8))
    made = crystal_map(rotations, load_phase(cif("linio2_hexagonal")), (3, 4), 2.0, "nm", {})
    write_map(tmp_path / "map.h5", made, {})
    given = [GivenPhase(load_phase(cif("linio2_rhombohedral"), keep_cell=True))]
    found, _ = load_map(tmp_path / "map.h5", None, given)
    assert found.phases[0].setting.symbol == "R -3 m:R"
    c_along = [Rotation(found.rotations.data).to_matrix()[:, :, 2], rotations.to_matrix()[:, :, 2]]
    # Along z of the lab: [uvw] of the rhombohedral cell by hand, a_h = a - b, b_h = b - c, c_h = a + b + c.
    hexagonal = c_along[1] @ np.linalg.inv(cell_of(made.phases[0]).base)
    by_hand = hexagonal @ np.array([[1, -1, 0], [0, 1, -1], [1, 1, 1]])
    rhombohedral = c_along[0] @ np.linalg.inv(cell_of(found.phases[0]).base)
    # The group -3m permutes the three indices, and changes all signs.
    signed = [one * np.sign(one.sum(axis=1, keepdims=True)) for one in (by_hand, rhombohedral)]
    np.testing.assert_allclose(np.sort(signed[0]), np.sort(signed[1]), atol=1e-4)
