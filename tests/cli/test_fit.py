"""``kstem fit``: what it trains on, and what it refuses."""

from dataclasses import replace

import h5py
import pytest

from keras_stem.io.orix_h5 import write_map_group

NARROW = ("--arch", "cnn", "--filters", "4", "--widths", "16", "--score-every", "1")


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


@pytest.mark.backend
@pytest.mark.usefixtures("own_store")
@pytest.mark.slow
def test_fit_without_a_scan_takes_the_demonstration(run, monkeypatch, simulation):
    monkeypatch.setattr("keras_stem.simulate.demonstration.DEMONSTRATION", simulation)
    for _ in range(2):
        told = run("fit", *NARROW, "--max-epochs", "1")
        assert "demonstration" in told


@pytest.mark.backend
@pytest.mark.usefixtures("own_store")
def test_fit_on_a_simulation_of_ones_own_crystal(run, copper_cif, monkeypatch):
    monkeypatch.setattr("keras_stem.training.data.SCORED_PATTERNS", 100)
    crystal = ("--simulate", copper_cif, "--space-group", "225", "--patterns", "100")
    told = run("fit", *crystal, *NARROW, "--max-epochs", "1", "--stop", "under-5>0.5")
    assert "models:/Cu/" in told
