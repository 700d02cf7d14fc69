"""``kstem map`` of scans and with models that cannot be mapped."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest


def test_all_patterns_zero(fails, remade, scan, trained):
    path = remade("zeros.h5", np.zeros(scan.patterns.shape, np.uint16), scan.labels)
    assert "are zero" in fails("fit", path)
    assert "are zero" in fails("map", path, "--model", trained.model_uri)


def test_nan_in_a_float_scan(fails, remade, scan, trained):
    patterns = scan.patterns[:].astype(np.float32)
    patterns[3, 4, 5, 6] = np.nan
    path = remade("nan.h5", patterns, scan.labels)
    assert "row 3, column 4" in fails("map", path, "--model", trained.model_uri)


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


@pytest.mark.parametrize("refine", [(), ("--refine",)])
def test_older_models_tell_why_they_state_no_uncertainties(run, tmp_path, refine):
    """Refined orientations have bounds that do not depend on the model."""
    stored = Path(__file__).parents[1] / "data" / "version-0.1.0"
    told = run(
        "map", stored / "scan.h5", "--model", stored / "votes.keras", "--out", tmp_path / "maps", *refine
    )
    assert ("No uncertainties are stated" in told) == (not refine)
