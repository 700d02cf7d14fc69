"""Tables on the terminal."""

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from keras_stem.cli.terms import CONFIDENCE, COST, EULER, SCORES, TERMS, WIDTH, definitions

if TYPE_CHECKING:
    from keras_stem.analysis.compare import Difference
    from keras_stem.metrics.confidence import ConfidenceScores
    from keras_stem.metrics.scores import Scores
    from keras_stem.workflow.compare import Row
    from keras_stem.workflow.phases import PhaseReport

_DISORIENTATION = (
    ("median", "Median", "{:.2f}"),
    ("mean", "Mean", "{:.2f}"),
    ("p95", "95 %", "{:.1f}"),
    ("under_1", "< 1°", "{:.1%}"),
    ("under_2", "< 2°", "{:.1%}"),
    ("under_5", "< 5°", "{:.1%}"),
)
_PATTERN = tuple((f"pattern_{name}", title, form) for name, title, form in _DISORIENTATION)
_EULER = (
    ("r2", "R²", "{:.3f}"),
    ("r2_nearest", "R² nearest", "{:.3f}"),
    ("mae", "MAE", "{:.2f}"),
    ("mse", "MSE", "{:.0f}"),
)
_CONFIDENCE = (
    ("covered_68", "Under 68 %", "{:.1%}"),
    ("covered_95", "Under 95 %", "{:.1%}"),
    ("spearman", "Spearman", "{:.2f}"),
    ("risk", "Risk (°)", "{:.2f}"),
)


def print_scores(rows: "list[tuple[str, str, Scores]]") -> None:
    """Print the scores of each subset and reference: the disorientation first."""
    titles = ["Subset", "Against", "DPs", *(title for _, title, _ in _DISORIENTATION)]
    lines, euler = [], []
    for subset, reference, scores in rows:
        named = scores.named("")
        lines.append([subset, reference, str(scores.count), *_cells(named, "_", _DISORIENTATION)])
        lines.append(["", "  half turn", "", *_cells(named, "_", _PATTERN)])
        euler.append([subset, reference, *_cells(named, "_", _EULER)])
    _print_table(titles, lines, 2)
    _print_table(["Subset", "Against", *(title for _, title, _ in _EULER)], euler, 2)
    named = [part for part in TERMS if any(part in row[:2] for row in rows)]
    print(definitions([*named, "DPs", *SCORES, "half turn", *EULER]))


def print_confidence(rows: "list[tuple[str, str, ConfidenceScores]]") -> None:
    """Print how well the stated uncertainties agree with the errors."""
    lines = [
        [subset, reference, *_cells(asdict(scores), "", _CONFIDENCE)] for subset, reference, scores in rows
    ]
    _print_table(["Subset", "Against", *(title for _, title, _ in _CONFIDENCE)], lines, 2)
    print(definitions(CONFIDENCE))


def print_phase(report: "PhaseReport") -> None:
    """Print what is known of a phase, its strongest reflections, and what is suspicious."""
    for name, value in report.facts.items():
        print(f"{name + ':':<16}{value}")
    largest = max((family.amplitude for family in report.strongest), default=1.0)
    lines = [
        [
            " ".join(map(str, family.indices)),
            f"{family.spacing:.4f}",
            f"{family.amplitude / largest:.3f}",
            str(family.multiplicity),
        ]
        for family in report.strongest
    ]
    _print_table(["h k l", "d (Å)", "|F| / largest", "Multiplicity"], lines, 1)
    for warning in report.warnings:
        print(f"Warning: {warning}")


def print_parts(difference: "Difference") -> None:
    """Print how far two maps differ on each part of the points."""
    titles = ["Where", "Points", "Median (°)", f"> {difference.threshold:g}°", "Only by 180°"]
    lines = [
        [part.name, str(part.points), f"{part.median:.2f}", f"{part.differing:.1%}", f"{part.half_turn:.1%}"]
        for part in difference.parts
        if part.points
    ]
    _print_table(titles, lines, 1)
    if difference.phases_differ:
        print(f"{difference.phases_differ:.1%} of the points have another phase.")


_COMPARED = (*_DISORIENTATION, *(column for column in _EULER if column[0] != "r2_nearest"))
_SUBSETS = (("val", "DS_Val"), ("test", "DS_Test"), ("q", "DS_Q"))
_COMPARISON = (*(name for _, name in _SUBSETS), *SCORES, "R², MAE, MSE", *COST)
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
    scores = ["Training", "Subset", *(title for _, title, _ in _COMPARED)]
    speed = ["Training", "Backend", "Precision", *(title for _, title, _ in _SPEED)]
    speed_lines = [[row.name, row.backend, row.precision, *_cells(row.metrics, "", _SPEED)] for row in rows]
    if markdown:
        _print_markdown(scores, [line for row in rows for line in _score_lines(row)], 2)
        _print_markdown(speed, speed_lines, 3)
        print("".join(f"- {name}: {TERMS[name]}\n" for name in _COMPARISON))
    else:
        _print_table(scores, [_stacked(_score_lines(row)) for row in rows], 2)
        _print_table(speed, speed_lines, 3)
        print(definitions(_COMPARISON))


def _score_lines(row: "Row") -> list[list[str]]:
    return [
        [row.name, title, *_cells(row.metrics, f"final_{subset}_", _COMPARED)] for subset, title in _SUBSETS
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
    for line in (titles, rule, *([_as_markdown(name), *cells] for name, *cells in lines)):
        print(f"| {' | '.join(line)} |")
    print()


def _as_markdown(name: str) -> str:
    """Return a name so that Markdown shows it as it is."""
    return re.sub(r"([\\`*\[\]<>&|$])", r"\\\1", name)


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
    console = Console(markup=False, emoji=False)  # names may hold brackets and colons
    console.print(table, width=min(console.width, WIDTH))
