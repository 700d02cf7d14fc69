"""Comparison of trainings."""

import csv
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from mlflow import MlflowClient
from mlflow.entities import Run

from keras_stem.figures.style import save
from keras_stem.figures.training import CURVES, loss_figure, study_figure
from keras_stem.files import complete_file
from keras_stem.metrics.vocabulary import COST, final
from keras_stem.tracking.store import connect
from keras_stem.tracking.studies import (
    CELL,
    TrackedStudy,
    finished_cells,
    finished_trainings,
    last_study,
)


@dataclass(frozen=True)
class Row:
    """Finished training.

    Parameters
    ----------
    name
        Name of the cell, or of the run.
    run_id
        Identifier of the run.
    arch, backend, precision
        Architecture, Keras backend and precision of the training.
    metrics
        All final metrics: ``final_<subset>_<score>``, ``epochs``, ``epochs_to_criterion`` (absent if the
        criterion was not met), ``training_seconds``, ``training_patterns_per_s``,
        ``prediction_patterns_per_s``, ``parameters``.
    """

    name: str
    run_id: str
    arch: str
    backend: str
    precision: str
    metrics: dict[str, float]


def study_rows(client: MlflowClient, study: TrackedStudy) -> list[Row]:
    """Return the finished cells of a study in a store, in the order of the study."""
    done = finished_cells(client, study)
    return [_row(done[cell], cell) for cell in study.cells if cell in done]


def named_study_rows(name: str) -> list[Row]:
    """Return the finished cells of the newest study with a name, in the order of the study.

    Raises
    ------
    KerasStemError
        If there is no such study.
    """
    client = connect()
    return study_rows(client, last_study(client, name))


def all_rows() -> list[Row]:
    """Return all finished trainings, newest first."""
    return [_row(run) for run in finished_trainings(connect())]


def write_csv(rows: list[Row], path: Path) -> None:
    """Write the metrics of all trainings to a CSV file."""
    names = list(dict.fromkeys(name for row in rows for name in sorted(row.metrics)))
    head = ("name", "run_id", "arch", "backend", "precision")
    with complete_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*head, *names])
        for row in rows:
            described = [getattr(row, name) for name in head]
            writer.writerow([*described, *(row.metrics.get(name, "") for name in names)])


def draw_curves(rows: list[Row], path: Path) -> None:
    """Write the learning curves of all trainings as a figure, in the format given by the suffix."""
    save(training_curves(rows), path)


def draw_chart(rows: list[Row], path: Path) -> None:
    """Write the errors and the training times of all trainings as a figure, in the format of the suffix."""
    save(study_figure([(row.name, row.metrics) for row in rows]), path)


def training_curves(rows: list[Row]) -> Figure:
    """Return the loss and the scores on DS_Val of all trainings over the epochs (Fig. 8 of the paper)."""
    client = connect()
    curves = {}
    for row in rows:
        histories = {name: client.get_metric_history(row.run_id, name) for name in CURVES}
        points = {
            name: sorted((metric.step, metric.value) for metric in history)
            for name, history in histories.items()
        }
        label = row.name if row.name not in curves else f"{row.name} ({row.run_id[:6]})"
        curves[label] = points
    return loss_figure(curves)


def _row(run: Run, cell: str | None = None) -> Row:
    tags, params = run.data.tags, run.data.params
    name = cell or tags.get(CELL) or run.info.run_name
    costs = [quantity.name for quantity in COST]
    return Row(
        name=name,
        run_id=run.info.run_id,
        arch=tags.get("arch", ""),
        backend=tags.get("backend", ""),
        precision=params.get("precision", ""),
        metrics={
            name: value
            for name, value in run.data.metrics.items()
            if name.startswith(final("")) or name in costs
        },
    )
