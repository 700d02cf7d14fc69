"""Cells of a study that workers train."""

import pytest

from keras_stem.networks.build import build_model
from keras_stem.networks.cnn.options import CNNConfig
from keras_stem.study.description import Cell, Study
from keras_stem.tracking.resolve import load_model
from keras_stem.tracking.store import connect
from keras_stem.tracking.studies import finished_cells
from keras_stem.workflow.study import resume_study, run_study

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_store")]

SMALL = {
    "recipe": "paper",
    "arch": "cnn",
    "filters": (4,),
    "widths": (16,),
    "max_epochs": 2,
    "score_every": 1,
}
STUDY = Study("seeds", "Seeds", tuple(Cell(f"seed {seed}", {**SMALL, "seed": seed}) for seed in (0, 1)))


def losses(result):
    """Return the losses of each cell; sums of one thread and of several are rounded differently."""
    runs = finished_cells(connect(), result.study)
    return {
        cell: [metric.value for metric in connect().get_metric_history(run.info.run_id, "loss")]
        for cell, run in runs.items()
    }


def test_cells_are_those_of_one_process(client, scan_path):
    found = run_study(STUDY, scan_path, client=client)
    assert found.failed == {}
    runs = finished_cells(connect(), found.study)
    assert set(runs) == {"seed 0", "seed 1"}
    for run in runs.values():
        assert run.data.tags["study"] == "seeds" and run.data.params["arch"] == "cnn"
        [version] = connect().search_model_versions(f"run_id = '{run.info.run_id}'")
        assert load_model(f"models:/{version.name}/{version.version}").card.arch == "cnn"
    alone = run_study(STUDY, scan_path)
    for cell, expected in losses(alone).items():
        assert len(expected) == 2
        assert losses(found)[cell] == pytest.approx(expected, rel=0.02)


def test_a_cell_that_fails_leaves_the_others_and_is_resumed(client, scan_path, tmp_path):
    weights = tmp_path / "later.keras"
    cells = (Cell("lost", {**SMALL, "weights": str(weights)}), Cell("good", SMALL))
    result = run_study(Study("two", "Two", cells), scan_path, client=client)
    assert list(result.failed) == ["lost"] and "Worker tcp://" in result.failed["lost"]
    runs = finished_cells(connect(), result.study)
    assert list(runs) == ["good"]
    build_model(CNNConfig(filters=(4,), widths=(16,)), (64, 64, 1), 3).save(weights)
    again = resume_study(client=client)
    assert again.failed == {}
    assert finished_cells(connect(), result.study)["good"].info.run_id == runs["good"].info.run_id
