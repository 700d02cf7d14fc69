import shutil

import h5py
import hyperspy.api as hs
import numpy as np
import orix.io
import pytest
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.io.map_grid import crystal_map, with_steps
from keras_stem.io.orix_h5 import write_map_group
from keras_stem.scan.detector import Detector
from keras_stem.scan.metadata import ScanInfo
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels, create_scan
from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.convert import convert

INFO = ScanInfo("test", (3, 40), Detector((64, 64), 0.05), (2.0, 2.0), unit="nm", beam_energy=300.0)


def write(path, patterns, info=INFO):
    with create_scan(path, info, patterns.dtype) as writer:
        writer.write_rows(0, patterns)


@pytest.fixture
def patterns(rng):
    return rng.integers(0, 1000, (3, 40, 64, 64), dtype=np.uint16)


def test_hyperspy_opens_the_patterns(scan_path, scan):
    signal = hs.load(scan_path, file_format="hspy", lazy=True)
    assert signal.data.shape == (16, 20, 64, 64)
    kx = signal.axes_manager["kx"]
    assert kx.scale == pytest.approx(0.05)
    assert kx.units == "1/Å"
    assert kx.value2index(0.0) in (31, 32)
    assert signal.axes_manager["x"].units == "nm"
    assert signal.metadata.Acquisition_instrument.TEM.beam_energy == 300
    np.testing.assert_array_equal(signal.inav[7, 5].data.compute(), scan.read(np.array([5 * 20 + 7]))[0])


def test_orix_opens_the_labels(scan_path, scan):
    labels = orix.io.load(scan_path)
    assert labels.shape == (16, 20)
    assert labels.scan_unit == "nm"
    assert labels.phases[0].point_group.name == "-3m"
    np.testing.assert_array_equal(labels.prop["Q"], scan.labels.prop["Q"])
    np.testing.assert_allclose(labels.rotations.to_euler(), scan.labels.rotations.to_euler())


def test_patterns_come_back_in_any_order(tmp_path, patterns, rng):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    order = rng.permutation(120)[:50]
    with Scan(path) as scan:
        np.testing.assert_array_equal(scan.read(order), patterns.reshape(120, 64, 64)[order])
        assert scan.read(np.array([], int)).shape == (0, 64, 64)


def test_metadata_comes_back(tmp_path, patterns):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    with Scan(path) as scan:
        assert scan.info == INFO
        assert scan.patterns.dtype == np.uint16
        assert not scan.has_labels


def test_chunks_are_runs_of_a_row_of_about_a_mebibyte(tmp_path):
    info = ScanInfo("wide", (1, 300), Detector((64, 64), 0.05), (1.0, 1.0), "nm")
    path = tmp_path / "scan.h5"
    write(path, np.zeros((1, 300, 64, 64), np.uint16), info)
    with Scan(path) as scan:
        assert scan.patterns.chunks == (1, 128, 64, 64)


def test_appended_labels_replace_the_old_and_keep_the_truth(tmp_path, patterns, rng):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    phase = linio2()
    for _ in range(2):
        rotations = random_rotations(120, rng)
        labels = crystal_map(rotations, phase, (3, 40), 2.0, "nm", {"Q": np.arange(120.0)})
        append_labels(path, labels)
    with Scan(path) as scan:
        assert disorientation(scan.labels.rotations, rotations, proper_point_group(phase)).max() < 1e-6
        np.testing.assert_array_equal(scan.labels.prop["Q"], np.arange(120))
        assert scan.phase.name == "LiNiO2"
    with h5py.File(path) as file:
        assert set(file) == {"Experiments", "crystal_map", "manufacturer", "version"}


def test_labels_of_another_shape_are_refused(tmp_path, patterns, rng):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    labels = crystal_map(random_rotations(12, rng), linio2(), (3, 4), 1.0, "nm", {})
    with pytest.raises(KerasStemError, match=r"3 x 40 positions.*found 3 x 4"):
        append_labels(path, labels)
    with Scan(path) as scan:
        assert not scan.has_labels


def test_labels_of_another_step_are_refused(tmp_path, patterns, rng):
    path = tmp_path / "scan.h5"
    write(path, patterns)
    labels = crystal_map(random_rotations(120, rng), linio2(), (3, 40), (2.0, 4.0), "nm", {})
    with pytest.raises(KerasStemError, match=r"step of the scan .* along x, found 4 nm.*with_steps"):
        append_labels(path, labels)
    with h5py.File(path, "a") as file:
        write_map_group(file, labels)
    with Scan(path) as scan, pytest.raises(KerasStemError, match=r"step of the scan .* kstem convert"):
        scan.labels  # noqa: B018
    convert(shutil.copy(path, tmp_path / "copy.h5"), tmp_path / "mended.h5", Conversion())
    with Scan(tmp_path / "mended.h5") as scan:
        assert (scan.labels.dy, scan.labels.dx) == (2.0, 2.0)
    append_labels(path, with_steps(labels, (2.0, 2.0), "nm"))
    with Scan(path) as scan:
        assert (scan.labels.dy, scan.labels.dx) == (2.0, 2.0)


def test_selections_of_labels_are_appended(own_scan, scan):
    chosen = np.arange(len(scan)) % 7 != 3
    before = set(scan.labels.prop)
    selection = scan.labels[chosen]
    append_labels(own_scan, selection)
    assert set(selection.prop) == before
    with Scan(own_scan) as changed:
        np.testing.assert_array_equal(changed.labels.phase_id >= 0, chosen)
        for name, values in scan.labels.prop.items():
            kept = slice(None) if name.startswith(("truth_", "second_")) else chosen
            np.testing.assert_array_equal(changed.labels.prop[name][kept], values[kept])


def test_fingerprint_follows_the_content(tmp_path, patterns):
    prints = []
    for change in (0, 0, 1):
        path = tmp_path / f"{len(prints)}.h5"
        write(path, patterns + np.uint16(change))
        with Scan(path) as scan:
            prints.append(scan.fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_failed_writing_leaves_what_was_there(tmp_path, patterns):
    path = tmp_path / "scan.h5"
    path.write_text("precious")
    with pytest.raises(RuntimeError), create_scan(path, INFO) as writer:
        writer.write_rows(0, patterns)
        raise RuntimeError
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path, patterns):
    with pytest.raises(KerasStemError, match="Cannot write"):
        write(tmp_path / "absent" / "scan.h5", patterns)


def test_the_truth_reads_back_as_it_was_simulated(simulation, scan_path):
    from keras_stem.simulate.microstructure import grow

    stream = np.random.SeedSequence(simulation.seed).spawn(3)[0]
    truth = grow(simulation.polycrystal, np.random.default_rng(stream))
    stored = orix.io.load(scan_path).prop
    symmetry = proper_point_group(linio2())
    for name, grain in (("truth", truth.dominant), ("second", truth.second)):
        angles = disorientation(Rotation.from_euler(stored[f"{name}_euler"]), grain.rotations, symmetry)
        assert angles.max() < 1e-6
        np.testing.assert_allclose(stored[f"{name}_weight"], grain.weight)
        np.testing.assert_array_equal(stored[f"{name}_grain"], grain.number)
