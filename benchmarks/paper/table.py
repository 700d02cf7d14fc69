"""The tables of docs/paper.md, from CSV files: ``python -m paper.table benchmarks/paper/table-2.csv``.

`kstem compare` prints the same trainings from the runs themselves.
"""

import csv
from pathlib import Path

import click

SUBSETS = ("val", "test", "q")

SCORES = {
    "R²": ("r2", "{:.3f}"),
    "MAE (°)": ("mae", "{:.1f}"),
    "MSE (°²)": ("mse", "{:.0f}"),
    "Median (°)": ("median", "{:.1f}"),
}
"""Name and format of a score by the title of its column."""


def table(path: Path) -> str:
    """Return the trainings of a file that `kstem compare --csv` wrote, as a Markdown table.

    Scores are those on DS_Val, DS_Test and DS_Q; epochs are in brackets if the criterion was not met.
    """
    titles = ("Training", "Epochs", "Hours", *SCORES)
    lines = [f"| {' | '.join(titles)} |", f"| --- |{' --: |' * (len(titles) - 1)}"]
    with path.open(newline="", encoding="utf-8") as file:
        lines += [f"| {' | '.join(_cells(row))} |" for row in csv.DictReader(file)]
    return "\n".join(lines)


def _cells(row: dict[str, str]) -> list[str]:
    met = bool(row.get("epochs_to_criterion"))
    epochs = f"{float(row['epochs']):.0f}"
    scores = [
        " / ".join(form.format(float(row[f"final_{subset}_{name}"])) for subset in SUBSETS)
        for name, form in SCORES.values()
    ]
    hours = f"{float(row['training_seconds']) / 3600:.2f}"
    return [row["name"], epochs if met else f"({epochs})", hours, *scores]


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
def main(paths: tuple[Path, ...]) -> None:
    """Print the trainings of CSV files as Markdown tables."""
    for path in paths:
        click.echo(table(path))


if __name__ == "__main__":
    main()
