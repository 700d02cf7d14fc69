"""What a study would train, given what a store has."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.study.description import Cell, Study
from keras_stem.tracking.store import connect
from keras_stem.tracking.studies import TrackedStudy, finished_cells
from keras_stem.training.options import recipe_from_options
from keras_stem.training.state import held, states_folder
from keras_stem.workflow.fit import fit
from keras_stem.workflow.study import run_study
from keras_stem.workflow.study_dry_run import plan_study

pytestmark = pytest.mark.usefixtures("own_store")

OPTIONS = {"arch": "cnn", "filters": (2, 2), "widths": (4,), "max_epochs": 1, "score_every": 1}


def study(*cells: str, **options) -> Study:
    """Return a study of tiny networks that differ in their seeds."""
    seeds = {name: {**OPTIONS, "seed": number, **options} for number, name in enumerate(cells, 1)}
    return Study("tiny", "Tiny networks", tuple(Cell(name, one) for name, one in seeds.items()))


def states(plan) -> dict[str, str]:
    """Return the states of the cells of a plan."""
    return {cell.name: cell.state for cell in plan}


def test_a_plan_stores_nothing(scan_path, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    plan = plan_study(study("one", "two"), scan_path, missing=True)
    assert states(plan) == {"one": "new", "two": "new"}
    assert all(cell.epochs == 1 and cell.epoch_seconds > 0 for cell in plan)
    assert not list(tmp_path.iterdir())


def test_a_cell_that_cannot_be_trained_is_told_and_the_others_planned(scan_path):
    cells = study("good").cells + study("bad", binning=64).cells
    good, bad = plan_study(Study("tiny", "Tiny", cells), scan_path)
    assert good.state == "new"
    assert (bad.state, bad.seconds) == ("fails", 0)
    assert "pooling layers" in bad.failure


def test_weights_that_are_missing_are_told(scan_path):
    [cell] = plan_study(study("one", weights="absent.keras"), scan_path)
    assert "absent.keras" in cell.failure


@pytest.mark.slow
def test_finished_trainings_are_taken_from_anywhere_until_they_are_deleted(scan_path):
    recipes = [recipe_from_options(cell.options) for cell in study("one", "two").cells]
    run_id = fit(scan_path, recipes[0]).run_id
    both = study("one", "two"), scan_path
    assert states(plan_study(*both, missing=True)) == {"one": "finished", "two": "new"}
    assert states(plan_study(*both)) == {"one": "new", "two": "new"}
    result = run_study(*both, missing=True)
    assert [row.name for row in result.rows] == ["one", "two"]
    assert result.rows[0].run_id == run_id
    connect().set_tag(run_id, "backend", "another")
    assert states(plan_study(study("one"), scan_path, missing=True)) == {"one": "new (finished with another)"}
    connect().delete_run(run_id)
    assert set(finished_cells(connect(), result.study)) == {"two"}
    assert states(plan_study(study("one", "two"), scan_path, missing=True)) == {
        "one": "new",
        "two": "finished",
    }


@pytest.mark.slow
def test_an_unfinished_study_is_continued_where_the_scan_is_now(scan_path, tmp_path, monkeypatch):
    first, moved = shutil.copy(scan_path, tmp_path / "first.h5"), tmp_path / "moved.h5"
    broken = study("one", "two")
    monkeypatch.setattr("keras_stem.workflow.study_cells.fit", _failing_for(2))
    assert set(run_study(broken, first).failed) == {"two"}
    monkeypatch.undo()
    Path(first).rename(moved)
    result = run_study(broken, moved, missing=True)
    assert [row.name for row in result.rows] == ["one", "two"]
    assert result.study.scan == str(moved)


def _failing_for(seed):
    def fit_or_fail(path, recipe, *arguments, **options):
        if recipe.seed == seed:
            raise KerasStemError("no more")
        return fit(path, recipe, *arguments, **options)

    return fit_or_fail


def test_a_study_is_trained_by_one_process_alone(scan_path, tmp_path, monkeypatch):
    with Scan(scan_path) as scan:
        planned = TrackedStudy("a" * 32, "tiny", "Tiny", str(scan_path), scan.fingerprint, {})
    monkeypatch.setattr("keras_stem.workflow.study.with_stored_cells", lambda *_: replace(planned))
    with held(states_folder(), planned.run_id), pytest.raises(KerasStemError, match="Another process"):
        run_study(study("one"), scan_path, missing=True)


def test_what_is_missing_on_a_server_is_not_guessed(scan_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    for call in (plan_study, run_study):
        with pytest.raises(KerasStemError, match="local tracking store"):
            call(study("one"), scan_path, missing=True)
