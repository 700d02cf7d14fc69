"""Labels of other programs refer to the cell of their own file, and every phase finds its CIF file."""

import numpy as np
import orix.io
import pytest
from crystals import cell_vectors, cif, orientation_of, write_cif

from keras_stem.crystal.frames import from_lab
from keras_stem.crystal.pairing import GivenPhase, load_given
from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.rotations import from_matrices, random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.instrument.detector import Detector
from keras_stem.io.export import write_map
from keras_stem.io.map_grid import crystal_map
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
