"""Scores of models on scans."""

import pytest

from keras_stem.scan.scan import Scan
from keras_stem.workflow.evaluate import evaluate

pytestmark = pytest.mark.backend


def test_evaluation_knows_the_parts_of_the_training_scan(model, scan, trained):
    found = {(row.subset, row.reference): row.scores for row in evaluate(model, scan)}
    assert found["DS_Test", "labels"] == trained.scores["test"]
    assert {reference for _, reference in found} == {"labels", "truth"}
    assert found["DS_Q", "labels"].count == trained.scores["q"].count


def test_evaluation_scores_the_stated_uncertainties(model, scan):
    for row in evaluate(model, scan):
        assert 0 <= row.confidence.covered_68 <= row.confidence.covered_95 <= 1
        assert 0 <= row.confidence.risk <= row.scores.p95


def test_evaluation_against_the_truth_of_one_grain(model, scan):
    clear = {row.reference: row.scores for row in evaluate(model, scan) if row.subset == "clear"}
    pure = (scan.labels.prop["truth_weight"] >= 0.8) & (scan.labels.prop["Q"] >= 20)
    assert clear["truth"].count == clear["labels"].count == pure.sum()


def test_evaluation_of_another_scan_has_no_parts(model, simulation, tmp_path):
    import dataclasses

    from keras_stem.simulate.simulation import simulate_scan

    simulate_scan(tmp_path / "other.h5", dataclasses.replace(simulation, seed=9))
    with Scan(tmp_path / "other.h5") as other:
        assert {row.subset for row in evaluate(model, other)} == {"DS_R", "DS_Q", "clear"}
