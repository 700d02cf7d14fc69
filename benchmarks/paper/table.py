"""Tables and charts of docs/paper.md from CSV files: ``python -m paper.table benchmarks/paper/table-2.csv``.

`kstem compare` prints and draws the same trainings from the runs themselves.
"""

import csv
from pathlib import Path

import click

from keras_stem.figures.style import save
from keras_stem.figures.training import study_figure

SUBSETS = ("val", "test", "q")

SCORES = {
    "R²": ("r2", "{:.3f}"),
    "MAE (°)": ("mae", "{:.1f}"),
    "MSE (°²)": ("mse", "{:.0f}"),
    "Median (°)": ("median", "{:.1f}"),
}
"""Name and format of a score by the title of its column."""

DESCRIBED = ("name", "run_id", "arch", "backend", "precision")
"""Columns that are no metrics."""


def table(path: Path) -> str:
    """Return the trainings of a file that `kstem compare --csv` wrote, as a Markdown table.

    Scores are those on DS_Val, DS_Test and DS_Q; epochs are in brackets if the criterion was not met.
    """
    titles = ("Training", "Epochs", "Hours", *SCORES)
    lines = [f"| {' | '.join(titles)} |", f"| --- |{' --: |' * (len(titles) - 1)}"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in _rows(path)]
    return "\n".join(lines)


def draw_chart(source: Path, path: Path) -> None:
    """Write the errors and the training times of a file as a figure, as `kstem compare --chart` does."""
    trainings = [
        (row["name"], {name: float(row[name]) for name in row if name not in DESCRIBED and row[name]})
        for row in _rows(source)
    ]
    save(study_figure(trainings), path)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _cells(row: dict[str, str]) -> list[str]:
    met = bool(row.get("epochs_to_criterion"))
    epochs = f"{float(row['epochs']):.0f}"
    scores = [
        " / ".join(form.format(float(row[f"final_{subset}_{name}"])) for subset in SUBSETS)
        for name, form in SCORES.values()
    ]
    hours = float(row["training_seconds"]) / 3600
    duration = f"{hours:.2f}" if hours >= 0.005 else f"{hours:.1g}"
    return [row["name"], epochs if met else f"({epochs})", duration, *scores]


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--chart", type=click.Path(path_type=Path), help="Also draw errors and training times to this file."
)
def main(path: Path, chart: Path | None) -> None:
    """Print the trainings of a CSV file as a Markdown table."""
    click.echo(table(path))
    if chart:
        draw_chart(path, chart)


if __name__ == "__main__":
    main()
