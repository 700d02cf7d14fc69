"""Orientations of other programs refer to the cell of their own file, and every phase finds its CIF file."""

import numpy as np
import orix.io
import pytest
from crystals import cell_vectors, cif, orientation_of, write_cif
from orix.quaternion import Rotation

from keras_stem.crystal.frames import from_lab
from keras_stem.crystal.map_phases import phases_of
from keras_stem.crystal.pairing import GivenPhase, load_given
from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.rotations import from_matrices, random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.detector import Detector
from keras_stem.scan.label_files import ImportOptions, import_labels
from keras_stem.scan.metadata import ScanInfo

INFO = ScanInfo("test", (3, 4), Detector((64, 64), 0.05), (2.0, 2.0), "nm")

ZIRCONIA = {
    # a, b and c of each file as rows in terms of those of P 1 21/c 1, read off the coordinates of the atoms:
    # z, y, x stand in P 1 21/a 1 and x, z, y in P 1 1 21/b. Both are mirror images, and a centre of
    # inversion makes them turns.
    "zirconia_p21c": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "zirconia_p21a": [[0, 0, -1], [0, -1, 0], [-1, 0, 0]],
    "zirconia_unique_c": [[-1, 0, 0], [0, 0, -1], [0, -1, 0]],
}

ANG = """# File created from ACOM RES results
# MaterialName      {name}
# Formula
# Symmetry          {symmetry}
# LatticeConstants  {lattice}
# NumberFamilies    0
#
# GRID: SqrGrid#
"""

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


@pytest.fixture
def truth():
    """Vectors a, b, c of a zirconia cell (P 1 21/c 1) in the lab at twelve positions."""
    vectors = cell_vectors(load_phase(cif("zirconia_p21c"), keep_cell=True).structure.lattice.abcABG())
    return [vectors @ matrix for matrix in random_rotations(12, np.random.default_rng(3)).to_matrix()]


def write_ang(path, name, matrices, symmetry="2"):
    """A map by hand: angles as its program would write them for the cell of its own file."""
    phase = load_phase(cif(name), keep_cell=True)
    lattice = "  ".join(f"{value:.4f}" for value in phase.setting.file_lattice)
    euler = from_lab(from_matrices(matrices), "astar", phase.structure.lattice).to_euler()
    y, x = np.indices((3, 4)) * 2.0
    table = np.column_stack(
        [euler, x.ravel(), y.ravel(), np.full(12, 50), np.full(12, 0.5), np.ones((12, 2))]
    )
    with path.open("w") as file:
        file.write(ANG.format(name=name, symmetry=symmetry, lattice=lattice))
        np.savetxt(file, table, "%9.6f")
    return path


def directions(phase, rotations):
    """Miller indices [uvw] in the phase's cell of x, y and z of the lab, up to the twofold axis along b."""
    along = np.swapaxes(rotations.to_matrix(), -1, -2) @ np.linalg.inv(cell_of(phase).base)
    signs = np.where(along[:, :, :1] + 1e-3 * along[:, :, 2:] < 0, -1, 1)
    return np.concatenate(
        [along[:, :, :1] * signs, np.abs(along[:, :, 1:2]), along[:, :, 2:] * signs], axis=-1
    )


def test_labels_of_three_descriptions_of_zirconia_agree(truth, tmp_path):
    found = {}
    for name, change in ZIRCONIA.items():
        matrices = np.array([orientation_of(np.array(change) @ vectors) for vectors in truth])
        path = write_ang(tmp_path / f"{name}.ang", name, matrices)
        imported = import_labels(path, INFO, ImportOptions("astar"), load_given([cif(name)]))
        phase = imported.labels.phases[0]
        assert phase.setting.symbol == "P 1 21/c 1"
        found[name] = directions(phase, imported.labels.rotations)
    standard = load_phase(cif("zirconia_p21c"), keep_cell=True)
    expected = directions(standard, from_matrices(np.array([orientation_of(one) for one in truth])))
    for name, along in found.items():
        np.testing.assert_allclose(along, expected, atol=1e-4, err_msg=name)


def test_kept_cells_leave_labels_as_they_are(truth, tmp_path):
    name = "zirconia_unique_c"
    matrices = np.array([orientation_of(np.array(ZIRCONIA[name]) @ vectors) for vectors in truth])
    path = write_ang(tmp_path / "map.ang", name, matrices)
    given = [GivenPhase(load_phase(cif(name), keep_cell=True))]
    found = import_labels(path, INFO, ImportOptions("astar"), given).labels
    np.testing.assert_allclose(found.rotations.to_matrix(), matrices, atol=1e-5)


def test_a_map_whose_cell_is_the_conventional_one_already(tmp_path):
    """The CIF file lists a primitive cell, the other program had the hexagonal one."""
    rotations = random_rotations(12, np.random.default_rng(4))
    path = write_ang(tmp_path / "map.ang", "linio2_hexagonal", rotations.to_matrix(), "32")
    given = load_given([cif("linio2_primitive_p1")])
    found = import_labels(path, INFO, ImportOptions("astar"), given).labels
    np.testing.assert_allclose(found.rotations.to_matrix(), rotations.to_matrix(), atol=1e-5)


@pytest.mark.parametrize("suffix", ["ang", "ctf", "h5"])
@pytest.mark.parametrize("name", ["zirconia_unique_c", "zirconia_p21a", "linio2_rhombohedral"])
def test_exports_in_the_axes_of_the_file_come_back(name, suffix, tmp_path):
    phase = load_phase(cif(name))
    rotations = random_rotations(12, np.random.default_rng(6))
    made = crystal_map(rotations, phase, (3, 4), 2.0, "nm", {"Q": np.ones(12), "R": np.ones(12)})
    path = tmp_path / f"map.{suffix}"
    write_map(path, made, {}, axes="file")
    frame = {"ang": "edax3", "ctf": "oxford", "h5": "orix"}[suffix]
    if suffix != "h5":  # the header has the cell of the file
        kept = load_phase(cif(name), keep_cell=True)
        lattice = next(iter(orix.io.load(path).phases))[1].structure.lattice.abcABG()
        np.testing.assert_allclose(lattice, kept.setting.file_lattice, atol=1e-3)
    found = import_labels(path, INFO, ImportOptions(frame), load_given([cif(name)])).labels
    np.testing.assert_allclose(found.rotations.to_matrix(), rotations.to_matrix(), atol=2e-5)


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


def test_two_files_of_one_stem_are_two_phases(tmp_path):
    (tmp_path / "other").mkdir()
    files = [
        write_cif(folder / "Cu.cif", "F m -3 m", f"{a} {a} {a} 90 90 90", ["Cu 0 0 0 1 0"])
        for folder, a in ((tmp_path, 3.6), (tmp_path / "other", 4.2))
    ]
    assert [one.phase.name for one in load_given(files)] == ["Cu-1", "Cu-2"]


def test_a_csv_refers_to_the_cell_of_the_cif_file(truth, tmp_path):
    name = "zirconia_p21a"
    matrices = np.array([orientation_of(np.array(ZIRCONIA[name]) @ vectors) for vectors in truth])
    euler = np.rad2deg(from_matrices(matrices).to_euler())
    y, x = np.indices((3, 4)) * 2.0
    path = tmp_path / "map.csv"
    table = np.column_stack([x.ravel(), y.ravel(), euler])
    np.savetxt(path, table, "%.6f", ",", header="x,y,phi1,Phi,phi2", comments="")
    found = import_labels(path, INFO, ImportOptions("orix"), load_given([cif(name)])).labels
    expected = directions(found.phases[0], from_matrices(np.array([orientation_of(v) for v in truth])))
    np.testing.assert_allclose(directions(found.phases[0], found.rotations), expected, atol=1e-5)


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
