"""Maps that other programs read."""

import numpy as np
import orix.io
import pytest
from orix.crystal_map import CrystalMap, Phase, PhaseList
from orix.quaternion import Rotation
from phases import PHASES
from shaped_maps import FORMATS, FRAMES

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.frames import to_lab
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.export import write_map
from keras_stem.io.map_files import load_map, read_map
from keras_stem.io.map_grid import crystal_map

ORIGIN = {"model": "models:/LiNiO2/7", "scan": "scan.h5"}


@pytest.fixture
def two_phases(rng):
    phases = [linio2(), PHASES["Pm-3m"]()]
    phase_id = np.array([0, 1, 0, 1, -1, 0] * 5)
    properties = {"Q": rng.uniform(20, 90, 30), "R": rng.uniform(0, 60, 30)}
    return crystal_map(random_rotations(30, rng), phases, (5, 6), 2.5, "nm", properties, phase_id)


def furthest(found, expected, number, turned=lambda rotations: rotations):
    """Largest disorientation in one phase, deg."""
    chosen = expected.phase_id == number
    angles = disorientation(
        turned(found.rotations[chosen]),
        expected.rotations[chosen],
        proper_point_group(expected.phases[number]),
    )
    return np.rad2deg(angles).max()


def test_orix_loses_nothing(two_phases, tmp_path):
    write_map(tmp_path / "map.h5", two_phases, ORIGIN)
    found = orix.io.load(tmp_path / "map.h5")
    np.testing.assert_array_equal(found.phase_id, two_phases.phase_id)
    assert furthest(found, two_phases, 0) < 1e-5
    assert (found.scan_unit, found.dx) == ("nm", 2.5)
    np.testing.assert_array_equal(found.prop["R"], two_phases.prop["R"])
    again, origin = read_map(tmp_path / "map.h5")
    assert origin == ORIGIN
    assert again.shape == (5, 6)


def test_ang(two_phases, tmp_path):
    write_map(tmp_path / "map.ang", two_phases, ORIGIN)
    found = orix.io.load(tmp_path / "map.ang")
    assert found.shape == (5, 6)
    # 2.5 nm in µm, and orix says um of every .ang file.
    assert (found.scan_unit, found.dx) == ("um", pytest.approx(0.0025))
    indexed = two_phases.phase_id >= 0
    np.testing.assert_array_equal(found.phase_id[indexed], two_phases.phase_id[indexed] + 1)
    assert np.all(found.phase_id[~indexed] <= 0)
    for number in (0, 1):
        assert furthest(found, two_phases, number) < 0.002
    np.testing.assert_allclose(found.prop["iq"][indexed], two_phases.prop["Q"][indexed], atol=1e-4)
    np.testing.assert_allclose(100 * found.prop["ci"][indexed], two_phases.prop["R"][indexed], atol=1e-2)
    assert "models:/LiNiO2/7" in (tmp_path / "map.ang").read_text()


def test_ctf(two_phases, tmp_path):
    write_map(tmp_path / "map.ctf", two_phases, ORIGIN)
    found = orix.io.load(tmp_path / "map.ctf")
    assert found.shape == (5, 6)
    assert (found.scan_unit, found.dx) == ("um", pytest.approx(0.0025))
    indexed = two_phases.phase_id >= 0
    np.testing.assert_array_equal(found.phase_id[indexed], two_phases.phase_id[indexed] + 1)
    np.testing.assert_array_equal(found.phase_id[~indexed], -1)
    for number in (0, 1):
        lattice = two_phases.phases[number].structure.lattice
        assert furthest(found, two_phases, number, lambda r, c=lattice: to_lab(r, "oxford", c)) < 0.001
    # The layered oxide's crystal axes are 30 deg off; the cubic ones are the same.
    assert furthest(found, two_phases, 0) > 20
    assert furthest(found, two_phases, 1) < 0.001
    np.testing.assert_allclose(found.prop["BC"][indexed], two_phases.prop["Q"][indexed], atol=0.5)
    np.testing.assert_allclose(100 * found.prop["MAD"][indexed], two_phases.prop["R"][indexed], atol=0.01)
    assert [found.phases[i].space_group.number for i in (1, 2)] == [166, 221]
    assert "models:/LiNiO2/7" in (tmp_path / "map.ctf").read_text()


@pytest.mark.parametrize(("suffix", "names"), [("ang", ("iq", "ci")), ("ctf", ("BC", "MAD"))])
def test_predictions_tell_their_own_quality(suffix, names, rng, tmp_path):
    own = {"agreement": rng.uniform(10, 90, 30), "reliability": rng.uniform(10, 90, 30)}
    properties = {"Q": np.zeros(30), "R": np.zeros(30), **own}
    predicted = crystal_map(random_rotations(30, rng), linio2(), (5, 6), 2.5, "nm", properties)
    write_map(tmp_path / f"map.{suffix}", predicted, ORIGIN)
    found = orix.io.load(tmp_path / f"map.{suffix}").prop
    np.testing.assert_allclose(found[names[0]], own["agreement"], atol=0.5)
    np.testing.assert_allclose(100 * found[names[1]], own["reliability"], atol=0.01)


def test_other_suffixes(two_phases, tmp_path):
    with pytest.raises(KerasStemError, match=r"\.h5, \.ang, \.ctf, found map\.txt"):
        write_map(tmp_path / "map.txt", two_phases, ORIGIN)


@pytest.mark.parametrize("suffix", ["ang", "ctf", "h5"])
def test_labels_go_out_and_come_back(run, scan_path, tmp_path, suffix, own_scan):
    out = tmp_path / f"labels.{suffix}"
    run("export", scan_path, out)
    before, _ = read_map(own_scan)
    frame = {"ang": "edax3", "ctf": "oxford", "h5": "orix"}[suffix]
    told = run("label", "import", own_scan, out, "--frame", frame)
    assert "LiNiO2: 100.0% of positions" in told
    after, origin = read_map(own_scan)
    assert furthest(after, before, 0) < 0.01
    assert f"labels.{suffix}" in origin["method"]
    assert {"Q", "R", "truth_euler"} <= set(after.prop)
    assert list(tmp_path.glob(".partial*")) == []


def test_a_unit_alone_is_refused(rng, tmp_path, run):
    given = crystal_map(random_rotations(6, rng), linio2(), (2, 3), 1.0, "nm", {})
    write_map(tmp_path / "map.h5", given, {})
    told = run("export", tmp_path / "map.h5", tmp_path / "other.h5", "--unit", "mm", status=1)
    assert "--step together with --unit mm" in told
    assert not (tmp_path / "other.h5").exists()


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_best_of_several_solutions_is_exported(suffix, rng, tmp_path):
    y, x = np.indices((4, 5)).reshape(2, -1)
    rotations, quality = random_rotations(60, rng).data.reshape(20, 3, 4), rng.uniform(20, 90, (20, 3))
    phases = PhaseList(linio2())
    several = CrystalMap(Rotation(rotations), None, x * 1.0, y * 1.0, phases, {"Q": quality}, "nm")
    write_map(tmp_path / f"map.{suffix}", several, {})
    found, _ = load_map(tmp_path / f"map.{suffix}", FRAMES[suffix])
    np.testing.assert_allclose(found.prop["Q"], quality[:, 0], atol=0.51)
    best = Rotation(found.rotations.data.reshape(20, -1, 4)[:, 0])
    assert (
        np.rad2deg(disorientation(best, Rotation(rotations[:, 0]), proper_point_group(linio2()))).max() < 1e-3
    )


@pytest.mark.parametrize("suffix", ["ang", "ctf"])
def test_text_formats_need_a_point_group(suffix, rng, tmp_path):
    unknown = crystal_map(random_rotations(6, rng), Phase("unknown"), (2, 3), 1.0, "nm", {})
    with pytest.raises(KerasStemError, match="point group"):
        write_map(tmp_path / f"map.{suffix}", unknown, {})
