"""Bad input gets one clear line on stderr and exit status 1, and leaves nothing half-written."""

import subprocess
from dataclasses import replace

import h5py
import numpy as np
import pytest

from keras_stem.cli.main import main
from keras_stem.io.orix_h5 import write_map_group
from keras_stem.scan.writing import create_scan


@pytest.fixture
def fails(tmp_path, capfd, monkeypatch):
    """Run a command that must fail, and return the line that it printed."""

    monkeypatch.setattr("keras_stem.cli.main.silence_libraries", lambda: None)  # it lasts beyond a test

    def fails(*arguments):
        before = set(tmp_path.rglob("*"))
        capfd.readouterr()
        monkeypatch.setattr("sys.argv", ["kstem", *(str(argument) for argument in arguments)])
        with pytest.raises(SystemExit) as exit:
            main()
        stderr = capfd.readouterr().err
        assert exit.value.code == 1
        assert "Traceback" not in stderr
        lines = stderr.strip().splitlines()
        assert len(lines) == 1, stderr
        assert lines[0].startswith("kstem: ")
        assert set(tmp_path.rglob("*")) == before
        return lines[0]

    return fails


@pytest.fixture
def remade(scan, tmp_path):
    """Write a copy of the scan with other patterns or labels."""

    def remade(name, patterns=None, labels=None, info=None):
        patterns = scan.patterns[:] if patterns is None else patterns
        path = tmp_path / name
        with create_scan(path, info or scan.info, patterns.dtype) as writer:
            writer.write_rows(0, patterns)
            if labels is not None:
                writer.write_labels(labels)
        return path

    return remade


def test_no_such_file(fails):
    assert "found nothing at absent.h5" in fails("info", "absent.h5")


def test_a_truncated_file(fails, scan_path, tmp_path):
    path = tmp_path / "cut.h5"
    path.write_bytes(scan_path.read_bytes()[: scan_path.stat().st_size // 2])
    assert "is truncated" in fails("info", path)


def test_no_hdf5(fails, tmp_path):
    path = tmp_path / "text.h5"
    path.write_text("not a scan")
    assert "Expected a scan file (HDF5), found another format" in fails("info", path)


def test_a_file_without_patterns(fails, tmp_path):
    with h5py.File(tmp_path / "empty.h5", "w") as file:
        file.create_group("Experiments/nothing")
    assert "holds no patterns" in fails("info", tmp_path / "empty.h5")


def test_patterns_of_three_dimensions(fails, tmp_path):
    with h5py.File(tmp_path / "stack.h5", "w") as file:
        file["Experiments/stack/data"] = np.zeros((4, 64, 64))
    assert "four dimensions" in fails("info", tmp_path / "stack.h5")


def test_fit_without_labels(fails, remade):
    path = remade("bare.h5")
    for command in ("fit", "evaluate"):
        assert "has no labels" in fails(command, path)


def test_labels_of_another_shape(fails, remade, scan):
    path = remade("short.h5")
    with h5py.File(path, "r+") as file:
        write_map_group(file, scan.labels[:4])
    assert "found 4 x 20" in fails("fit", path)


def test_an_unknown_phase(fails, remade, scan):
    from orix.crystal_map import CrystalMap, Phase, PhaseList

    labels = scan.labels
    unknown = CrystalMap(
        labels.rotations,
        labels.phase_id,
        labels.x,
        labels.y,
        PhaseList(Phase("mystery")),
        prop=dict(labels.prop),
        scan_unit="nm",
    )
    assert "'mystery' is unknown" in fails("fit", remade("mystery.h5", labels=unknown))


def test_all_patterns_zero(fails, remade, scan, trained):
    path = remade("zeros.h5", np.zeros(scan.patterns.shape, np.uint16), scan.labels)
    assert "are zero" in fails("fit", path)
    assert "are zero" in fails("map", path, "--model", trained.model_uri)


def test_nan_in_a_float_scan(fails, remade, scan, trained):
    patterns = scan.patterns[:].astype(np.float32)
    patterns[3, 4, 5, 6] = np.nan
    path = remade("nan.h5", patterns, scan.labels)
    assert "row 3, column 4" in fails("map", path, "--model", trained.model_uri)


def test_an_empty_subset(fails, scan_path):
    assert "is empty" in fails("fit", scan_path, "--min-q", "101")


def test_an_unknown_criterion(fails, scan_path):
    for criterion in ("luck>1", "r2", "r2>1.2.3"):
        assert f"found '{criterion}'" in fails("fit", scan_path, "--stop", criterion)


def test_options_that_do_not_go_together(fails, scan_path):
    assert "no polar network" in fails("fit", scan_path, "--recipe", "paper", "--arch", "polar")
    assert "found both" in fails("fit", scan_path, "--simulate", "linio2")
    assert "--shift has no effect without augmentation" in fails(
        "fit", scan_path, "--no-augment", "--shift", "1"
    )
    assert "found a network with azimuths" in fails("fit", scan_path, "--target", "euler")


def test_a_crystal_structure_that_cannot_be_read(fails, tmp_path):
    assert "absent.cif" in fails("fit", "--simulate", tmp_path / "absent.cif")
    (tmp_path / "text.cif").write_text("no crystal structure")
    assert "text.cif" in fails("fit", "--simulate", tmp_path / "text.cif")


def test_a_simulation_like_a_scan_without_calibration(fails, remade, scan):
    from keras_stem.instrument.detector import Detector

    path = remade("bare.h5", info=replace(scan.info, detector=Detector((64, 64), float("nan"))))
    assert "calibration" in fails("fit", "--simulate", "linio2", "--like", path)


def test_an_output_folder_that_cannot_be_written(fails, scan_path, trained, tmp_path):
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "maps"
    assert "Cannot write to the folder" in fails("map", scan_path, "--model", trained.model_uri, "--out", out)
    assert "Cannot write" in fails("simulate", tmp_path / "absent" / "scan.h5", "--shape", "8")


def test_another_camera_length(fails, remade, scan, trained):
    from keras_stem.instrument.detector import Detector

    path = remade("longer.h5", info=replace(scan.info, detector=Detector((64, 64), 0.0495 * 0.98)))
    assert "camera length" in fails("map", path, "--model", trained.model_uri)


def test_an_unreadable_model(fails, scan_path, tmp_path):
    (tmp_path / "broken.keras").write_bytes(b"nothing")
    assert "Cannot read" in fails("map", scan_path, "--model", tmp_path / "broken.keras")


def test_a_store_without_models(fails, scan_path, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path.parent}/empty-store/mlflow.db")
    assert "no registered model of LiNiO2" in fails("map", scan_path)


def test_a_scan_larger_than_the_disk(fails, tmp_path):
    assert "GiB left" in fails("simulate", tmp_path / "scan.h5", "--shape", "20000", "--detector", "512")


def test_debug_shows_where(kstem):
    result = subprocess.run([*kstem, "--debug", "info", "absent.h5"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "Traceback" in result.stderr


@pytest.mark.parametrize("value", ["inf", "nan", "-inf", "1e-320"])
@pytest.mark.parametrize(
    "option", ["--beam-energy", "--gain", "--pixel-size", "--step", "--camera-length", "--convergence-angle"]
)
def test_sizes_of_a_conversion_that_are_no_numbers(option, value, run, tmp_path):
    np.save(tmp_path / "patterns.npy", np.ones((2, 2, 8, 8)))
    told = run("convert", tmp_path / "patterns.npy", tmp_path / "out.h5", option, value, status=2)
    assert f"Invalid value for '{option}'" in told
    assert not (tmp_path / "out.h5").exists()


def test_a_beam_energy_in_ev_is_refused(run, scan_path, tmp_path):
    for command in (("convert", scan_path, tmp_path / "out.h5"), ("label", "match", scan_path)):
        told = run(*command, "--beam-energy", "300000", status=2)
        assert "300000.0 is not in the range 1<=x<=10000" in told


@pytest.mark.parametrize("value", ["inf", "nan"])
@pytest.mark.parametrize(
    "option", ["--detector-radius", "--spread", "--overlap", "--vacuum", "--step", "--dose", "--drift"]
)
def test_sizes_of_a_simulation_that_are_no_numbers(option, value, run, tmp_path):
    told = run("simulate", tmp_path / "out.h5", option, value, status=2)
    assert f"Invalid value for '{option}'" in told
    assert not (tmp_path / "out.h5").exists()
