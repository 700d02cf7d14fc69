"""Tables of trainings."""

import csv

from keras_stem.workflow.compare import Row, all_rows, write_csv


def test_a_metric_that_a_training_has_not_is_an_empty_cell(tmp_path):
    rows = [
        Row("a, b", "0" * 32, "cnn", "jax", "float32", {"epochs": 3.0, "final_test_median": 1.25}),
        Row("γ", "1" * 32, "polar", "torch", "bfloat16", {"epochs": 4.0, "epochs_to_criterion": 2.0}),
    ]
    write_csv(rows, tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["name"], first["arch"], first["final_test_median"]) == ("a, b", "cnn", "1.25")
    assert (first["epochs_to_criterion"], second["final_test_median"]) == ("", "")
    assert (second["name"], second["precision"], second["epochs"]) == ("γ", "bfloat16", "4.0")


def test_finished_trainings_have_their_final_scores(trained):
    [row] = [row for row in all_rows() if row.run_id == trained.run_id]
    assert (row.arch, row.precision, row.metrics["epochs"]) == ("cnn", "float32", 2)
    assert row.metrics["final_test_median"] == trained.scores["test"].median
    assert "loss" not in row.metrics
