"""Maps of other programs as labels: real ones where they are at hand, and dummies."""

import dataclasses
import re
from pathlib import Path

import h5py
import numpy as np
import orix.io
import pytest
from orix.quaternion import Rotation

from keras_stem.choices import FRAMES as CHOICES
from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.frames import FRAMES, from_lab
from keras_stem.crystal.pairing import GivenPhase
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.detector import Detector
from keras_stem.scan.label_files import ImportOptions, import_labels
from keras_stem.scan.metadata import ScanInfo

ORIX = ImportOptions("orix")
INFO = ScanInfo("test", (3, 4), Detector((64, 64), 0.05), (2.0, 2.0), "nm")
SYMMETRY = proper_point_group(linio2())

ASTAR_HEADER = """# File created from ACOM RES results
# test.res
#
#
# MaterialName      {name}
# Formula
# Symmetry          {symmetry}
# LatticeConstants  2.876  2.876  14.190  90.000  90.000  120.000
# NumberFamilies    0
#
# GRID: SqrGrid#
"""


@pytest.fixture
def truth(rng):
    return random_rotations(12, rng)


def write_astar(path, rotations, symmetry="32", step=2.0, shape=(3, 4)):
    y, x = np.indices(shape) * step
    reliability = np.linspace(0.2, 0.9, 12).round(3)
    reliability[:3] = -1
    table = np.column_stack(
        [rotations.to_euler(), x.ravel(), y.ravel(), np.arange(12) * 5, reliability, np.ones((12, 2))]
    )
    header = ASTAR_HEADER.format(name="LiNiO2", symmetry=symmetry)
    with path.open("w") as file:
        file.write(header)
        np.savetxt(file, table, "%9.5f")
    return path


def apart(found, truth):
    return np.rad2deg(disorientation(found.labels.rotations, truth, SYMMETRY)).max()


def test_an_astar_map(truth, tmp_path):
    lattice = linio2().structure.lattice
    path = write_astar(tmp_path / "map.ang", from_lab(truth, "astar", lattice))
    found = import_labels(path, INFO, ImportOptions("astar"))
    assert apart(found, truth) < 0.01
    np.testing.assert_allclose(found.labels.prop["Q"], np.arange(12) * 5)
    assert found.without_reliability == 3
    assert np.all(found.labels.prop["R"][:3] == 0)
    assert found.labels.prop["R"][-1] == pytest.approx(90)
    assert found.labels.scan_unit == "nm"
    assert apart(import_labels(path, INFO, ORIX), truth) > 1


def test_the_choices_are_the_frames():
    assert tuple(FRAMES) == CHOICES


def test_shapes_have_to_agree(truth, tmp_path):
    path = write_astar(tmp_path / "map.ang", truth)
    other = dataclasses.replace(INFO, shape=(5, 4))
    with pytest.raises(KerasStemError, match=r"map of 5 x 4 positions .* found 3 x 4"):
        import_labels(path, other, ORIX)
    turned = dataclasses.replace(INFO, shape=(4, 3))
    with pytest.raises(KerasStemError, match="--transpose"):
        import_labels(path, turned, ORIX)
    found = import_labels(path, turned, ImportOptions("orix", transpose=True))
    expected = Rotation(truth.data.reshape(3, 4, 4).transpose(1, 0, 2).reshape(12, 4))
    assert apart(found, expected) < 0.01


def test_steps_have_to_agree(truth, tmp_path):
    path = write_astar(tmp_path / "map.ang", truth, step=2.1)
    with pytest.raises(KerasStemError, match=r"step of 2 nm .* found 2\.1 nm.*--ignore-step"):
        import_labels(path, INFO, ORIX)
    assert apart(import_labels(path, INFO, ImportOptions("orix", ignore_step=True)), truth) < 0.01


@pytest.mark.parametrize("unit", ["nm", "um", "Å"])
def test_labels_have_the_steps_and_the_unit_of_the_scan(unit, truth, tmp_path):
    step = {"nm": 2.0, "um": 0.002, "Å": 20.0}[unit]
    info = dataclasses.replace(INFO, steps=(step, step), unit=unit)
    for name in ("map.ang", "map.ctf", "map.h5"):
        write_map(tmp_path / name, crystal_map(truth, linio2(), (3, 4), 2.0, "nm", {}), {})
        labels = import_labels(tmp_path / name, info, ORIX).labels
        assert (labels.dy, labels.dx, labels.scan_unit) == (pytest.approx(step), pytest.approx(step), unit)


def test_symmetries_have_to_agree(truth, tmp_path):
    path = write_astar(tmp_path / "map.ang", truth, symmetry="43")
    with pytest.raises(KerasStemError, match=r"Laue group -3m of LiNiO2 .* found m-3m"):
        import_labels(path, INFO, ORIX, [GivenPhase(linio2())])
    found = import_labels(path, INFO, ImportOptions("orix", ignore_symmetry=True), [GivenPhase(linio2())])
    assert len(found.labels.phases[0].structure) == 12


def test_a_hexagonal_grid_is_refused(truth, tmp_path):
    path = write_astar(tmp_path / "map.ang", truth)
    path.write_text(path.read_text().replace("SqrGrid", "HexGrid"))
    with pytest.raises(KerasStemError, match="hexagonal grid"):
        import_labels(path, INFO, ORIX)


def test_an_astar_ctf_without_reliabilities(truth, tmp_path):
    labels = crystal_map(truth, linio2(), (3, 4), 2.0, "nm", {"Q": np.full(12, 9.0), "R": np.full(12, 50.0)})
    path = tmp_path / "map.ctf"
    write_map(path, labels, {"method": "test"})
    lines = path.read_text().splitlines()
    lines[-1] = "\t".join([*lines[-1].split("\t")[:8], "-1", *lines[-1].split("\t")[9:]])
    path.write_text("\n".join(lines) + "\n")
    found = import_labels(path, INFO, ORIX)
    assert found.without_reliability == 1
    np.testing.assert_allclose(found.labels.prop["R"], [50] * 11 + [0])


def test_an_orix_map_keeps_its_properties(truth, tmp_path):
    properties = {"Q": np.arange(12.0), "R": np.arange(12.0)[::-1], "more": np.ones(12)}
    orix.io.save(tmp_path / "map.h5", crystal_map(truth, linio2(), (3, 4), 2.0, "nm", properties))
    found = import_labels(tmp_path / "map.h5", INFO, ORIX)
    assert apart(found, truth) < 1e-4
    assert set(found.labels.prop) == {"Q", "R", "more"}


def test_a_csv_in_any_order(truth, tmp_path, rng):
    y, x = (axis.ravel() for axis in np.indices((3, 4)) * 2.0)
    euler = np.rad2deg(truth.to_euler())
    rows = [f"{y[k]},{x[k]},{euler[k, 0]},{euler[k, 1]},{euler[k, 2]},{k}\n" for k in rng.permutation(12)]
    path = tmp_path / "map.csv"
    path.write_text("y,x,phi1,Phi,phi2,Q\n" + "".join(rows))
    found = import_labels(path, INFO, ORIX, [GivenPhase(linio2())])
    assert apart(found, truth) < 1e-3
    np.testing.assert_array_equal(found.labels.prop["Q"], np.arange(12))
    with pytest.raises(KerasStemError, match="--cif"):
        import_labels(path, INFO, ORIX)
    path.write_text("y,x,phi1,phi2\n1,2,3,4\n")
    with pytest.raises(KerasStemError, match="missing: phi"):
        import_labels(path, INFO, ORIX, [GivenPhase(linio2())])


GOLD = Path(__file__).parents[1] / "data" / "cif" / "gold.cif"


def leave_out_phases(path):
    """Take the phases out of the header of a text map."""
    text = re.sub(r"# (Phase|Material|Symmetry|Lattice).*\n|\d+\.\d+;.*\n", "", path.read_text())
    path.write_text(re.sub(r"Phases\t\d", "Phases\t0", text))


@pytest.mark.parametrize("suffix", ["ang", "ctf"])
def test_phases_that_the_header_does_not_list_count_from_1(suffix, truth, tmp_path):
    given = [GivenPhase(linio2()), GivenPhase(load_phase(GOLD))]
    number = np.arange(12) % 3 - 1
    path = tmp_path / f"map.{suffix}"
    phases = [one.phase for one in given]
    write_map(path, crystal_map(truth, phases, (3, 4), 2.0, "nm", {}, number), {})
    leave_out_phases(path)
    options = ImportOptions({"ang": "edax3", "ctf": "oxford"}[suffix])
    found = import_labels(path, INFO, options, given).labels
    np.testing.assert_array_equal(found.phase_id, number)
    assert [phase.name for _, phase in found.phases if phase.name != "not_indexed"] == ["LiNiO2", "gold"]
    with pytest.raises(KerasStemError, match=r"--cif FILE for each phase .* phase 2 \(from 1\), found 1"):
        import_labels(path, INFO, options, given[:1])
    with pytest.raises(KerasStemError, match=r"--cif .* found 0"):
        import_labels(path, INFO, options)


@pytest.mark.parametrize("suffix", ["ang", "ctf"])
def test_the_only_phase_of_a_header_that_lists_none(suffix, truth, tmp_path):
    path = tmp_path / f"map.{suffix}"
    write_map(path, crystal_map(truth, linio2(), (3, 4), 2.0, "nm", {}), {})
    leave_out_phases(path)
    options = ImportOptions({"ang": "edax3", "ctf": "oxford"}[suffix])
    assert apart(import_labels(path, INFO, options, [GivenPhase(linio2())]), truth) < 0.01


def test_two_coordinates_that_are_hardly_apart_are_told(truth, tmp_path):
    path = tmp_path / "map.h5"
    write_map(path, crystal_map(truth, linio2(), (3, 4), 2.0, "nm", {}), {})
    with h5py.File(path, "r+") as file:
        file["crystal_map/data/x"][0] = 1e-308
    with pytest.raises(KerasStemError, match=r"even steps in /crystal_map/data/x .* only 1e-308 apart"):
        import_labels(path, INFO, ORIX)


def test_files_that_are_no_maps(tmp_path):
    for name in ("map.ang", "map.ctf", "map.h5", "map.xyz"):
        (tmp_path / name).write_text("nothing of the kind")
        with pytest.raises(KerasStemError, match=name):
            import_labels(tmp_path / name, INFO, ORIX)
    with pytest.raises(KerasStemError, match="found nothing"):
        import_labels(tmp_path / "absent.ang", INFO, ORIX)


def info_of(shape, step, unit):
    return dataclasses.replace(INFO, shape=shape, steps=(step, step), unit=unit)


def test_a_real_astar_ang(real_files):
    path = real_files / "maps" / "ACOM.ang"
    found = import_labels(path, info_of((15, 15), 2.0, "nm"), ImportOptions("astar"))
    labels = found.labels
    rows = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    np.testing.assert_allclose(labels.prop["Q"], [float(row[5]) for row in rows])
    reliability = np.array([float(row[6]) for row in rows])
    np.testing.assert_allclose(labels.prop["R"], 100 * np.maximum(reliability, 0))
    assert found.without_reliability == np.sum(reliability < 0) > 0
    assert labels.phases[0].name == "Phase 22474944"
    assert labels.phases[0].point_group.laue.name == "m-3m"


def test_a_real_astar_ctf(real_files):
    path = real_files / "maps" / "astar_copper.ctf"
    labels = import_labels(path, info_of((59, 111), 2.7, "nm"), ImportOptions("oxford")).labels
    rows = [line.split() for line in path.read_text().splitlines()[15:]]
    np.testing.assert_allclose(labels.prop["Q"], [float(row[9]) for row in rows])
    np.testing.assert_allclose(labels.prop["R"], [100 * float(row[8]) for row in rows])
    assert labels.phases[0].name == "Phase_1"
    assert labels.phases[0].space_group.number == 225


def test_a_real_ctf_of_ebsd_has_no_reliability(real_files):
    labels = import_labels(
        real_files / "maps" / "twins.ctf", info_of((137, 167), 0.3, "um"), ImportOptions("oxford")
    ).labels
    assert "R" not in labels.prop
    assert labels.phases[0].point_group.name == "6/mmm"
    assert np.any(labels.phase_id == -1)


def test_a_real_ctf_that_was_cut_off(real_files):
    with pytest.raises(KerasStemError, match=r"Expected 566580 rows \(426 x 1330\) .* found 4998"):
        import_labels(real_files / "maps" / "data.ctf", info_of((426, 1330), 10, "um"), ORIX)


def test_the_cif_of_a_real_map(real_files):
    copper = load_phase(real_files / "cif" / "Cu.cif")
    path = real_files / "maps" / "astar_copper.ctf"
    found = import_labels(path, info_of((59, 111), 2.7, "nm"), ImportOptions("oxford"), [GivenPhase(copper)])
    assert len(found.labels.phases[0].structure) == 4
