"""``kstem compare``."""

import csv

import pytest

pytestmark = pytest.mark.backend


def test_finished_trainings_are_compared(run, trained, tmp_path):
    told = run("compare", "--csv", tmp_path / "all.csv", "--curves", tmp_path / "all.png")
    assert "DS_Test" in told
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["run_id"]: row for row in csv.DictReader(file)}
    assert float(rows[trained.run_id]["final_test_median"]) == trained.scores["test"].median
    assert (tmp_path / "all.png").read_bytes()[:4] == b"\x89PNG"
    assert "| DS_Test |" in run("compare", "--markdown")


def test_an_empty_store_is_told(run, own_store):
    assert "Found no finished trainings" in run("compare")


def test_a_study_that_is_not_there_is_a_clear_error(run, trained, tmp_path):
    told = run("compare", "mine", "--csv", tmp_path / "mine.csv", status=1)
    assert "There is no study 'mine'" in told
    assert not list(tmp_path.iterdir())
