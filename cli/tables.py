"""Tables on the terminal."""

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras_stem.training.scores import Scores
    from keras_stem.workflow.compare import Row

_COLUMNS = (
    ("median", "Median", "{:.2f}"),
    ("mean", "Mean", "{:.2f}"),
    ("p95", "95 %", "{:.1f}"),
    ("under_2", "< 2°", "{:.1%}"),
    ("under_5", "< 5°", "{:.1%}"),
    ("r2", "R²", "{:.3f}"),
    ("mae", "MAE", "{:.2f}"),
    ("mse", "MSE", "{:.0f}"),
)


def print_scores(rows: "list[tuple[str, str, Scores]]") -> None:
    """Print a line of scores for each subset and reference: the disorientation first."""
    lines = [
        [subset, reference, str(scores.count), *_cells(asdict(scores), "", _COLUMNS)]
        for subset, reference, scores in rows
    ]
    _print_table(["Subset", "Against", "DPs", *(title for _, title, _ in _COLUMNS)], lines, 2)
    print("Median to < 5°: disorientation (°). R², MAE, MSE: Euler angles (°).")


_SUBSETS = (("val", "DS_Val"), ("test", "DS_Test"), ("q", "DS_Q"))
_SPEED = (
    ("parameters", "Weights", "{:,.0f}"),
    ("epochs", "Epochs", "{:.0f}"),
    ("epochs_to_criterion", "Needed", "{:.0f}"),
    ("training_seconds", "Time", "{:.0f}"),
    ("training_patterns_per_s", "Train", "{:.0f}"),
    ("prediction_patterns_per_s", "Predict", "{:.0f}"),
)


def print_comparison(rows: "list[Row]", markdown: bool = False) -> None:
    """Print the scores, and then the cost, of trainings; as Markdown on demand."""
    scores = ["Training", "Subset", *(title for _, title, _ in _COLUMNS)]
    speed = ["Training", "Backend", "Precision", *(title for _, title, _ in _SPEED)]
    speed_lines = [[row.name, row.backend, row.precision, *_cells(row.metrics, "", _SPEED)] for row in rows]
    if markdown:
        _print_markdown(scores, [line for row in rows for line in _score_lines(row)], 2)
        _print_markdown(speed, speed_lines, 3)
    else:
        _print_table(scores, [_stacked(_score_lines(row)) for row in rows], 2)
        _print_table(speed, speed_lines, 3)
    print(
        "Median to < 5°: disorientation from the labels (°). R², MAE, MSE: Euler angles (°).\n"
        "Needed: epochs until R² on DS_Val exceeded the criterion. Time: of all epochs (s).\n"
        "Train, Predict: patterns a second."
    )


def _score_lines(row: "Row") -> list[list[str]]:
    return [
        [row.name, title, *_cells(row.metrics, f"final_{subset}_", _COLUMNS)] for subset, title in _SUBSETS
    ]


def _stacked(lines: list[list[str]]) -> list[str]:
    """Return lines of one training as one, its name beside the other columns' values below each other."""
    (name, *_), *columns = zip(*lines, strict=True)
    return [name, *map("\n".join, columns)]


def _cells(metrics: dict[str, float], prefix: str, columns: tuple) -> list[str]:
    values = ((metrics.get(prefix + name), form) for name, _, form in columns)
    return ["" if value is None else form.format(value) for value, form in values]


def _print_markdown(titles: list[str], lines: list[list[str]], texts: int) -> None:
    rule = ["---"] * texts + ["--:"] * (len(titles) - texts)
    for line in (titles, rule, *lines):
        print(f"| {' | '.join(line)} |")
    print()


def _print_table(titles: list[str], lines: list[list[str]], texts: int) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=0)
    for number, title in enumerate(titles):
        # On a narrow terminal the first column, of names, gives way: a number cut short is a wrong one.
        table.add_column(title, justify="left" if number < texts else "right", no_wrap=number > 0)
    for line in lines:
        table.add_row(*line)
    Console().print(table)
