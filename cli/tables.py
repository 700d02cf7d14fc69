"""Tables on the terminal."""

import math
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from keras_stem.cli.terms import WIDTH, definitions
from keras_stem.metrics.vocabulary import (
    CONFIDENCE,
    COST,
    DISORIENTATION,
    EULER,
    MAE,
    MODULO_180,
    MSE,
    PATTERNS,
    R2,
    REFERENCES,
    SUBSETS,
    TRACKED,
    Quantity,
    cells,
    defined,
    final,
)

if TYPE_CHECKING:
    from keras_stem.analysis.compare import Difference
    from keras_stem.metrics.confidence import ConfidenceScores
    from keras_stem.metrics.scores import Scores
    from keras_stem.workflow.compare import Row
    from keras_stem.workflow.phases import PhaseReport
    from keras_stem.workflow.study_dry_run import PlannedCell

_COMPARED = (*DISORIENTATION, R2, MAE, MSE)


def print_scores(rows: "list[tuple[str, str, Scores]]") -> None:
    """Print the scores for each subset and reference, beginning with the disorientation."""
    lines, euler = [], []
    for subset, reference, scores in rows:
        named = scores.named("")
        lines.append([subset, reference, str(scores.count), *cells(DISORIENTATION, named, "_")])
        lines.append(["", f"  {MODULO_180.title}", "", *cells(DISORIENTATION, named, "_pattern_")])
        euler.append([subset, reference, *cells(EULER, named, "_")])
    _print_table(["Subset", "Reference", PATTERNS.title, *_heads(DISORIENTATION)], lines, 2)
    _print_table(["Subset", "Reference", *_heads(EULER)], euler, 2)
    named = [term for term in (*SUBSETS, *REFERENCES) if any(term.title in row[:2] for row in rows)]
    print(definitions([*named, PATTERNS, *DISORIENTATION, MODULO_180, *EULER]))


def print_confidence(rows: "list[tuple[str, str, ConfidenceScores]]") -> None:
    """Print the calibration scores of the predicted uncertainties."""
    lines = [[subset, reference, *cells(CONFIDENCE, asdict(scores))] for subset, reference, scores in rows]
    _print_table(["Subset", "Reference", *_heads(CONFIDENCE)], lines, 2)
    print(definitions(CONFIDENCE))


def print_phase(report: "PhaseReport") -> None:
    """Print the properties of a phase, its strongest reflections and warnings."""
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
    """Print the differences of two maps for each group of points."""
    titles = ["Where", "Points", "Median (°)", f"> {difference.threshold:g}°", "Only by 180°"]
    lines = [
        [part.name, str(part.points), f"{part.median:.2f}", f"{part.differing:.1%}", f"{part.half_turn:.1%}"]
        for part in difference.parts
        if part.points
    ]
    _print_table(titles, lines, 1)
    if difference.phases_differ:
        print(f"{difference.phases_differ:.1%} of the points have different phases.")


def print_plan(plan: "list[PlannedCell]") -> None:
    """Print what a study would train, and the longest time that it would take."""
    lines = [
        [
            cell.name,
            cell.state,
            *(
                (str(cell.epochs), f"{cell.epoch_seconds:.1f}", duration(cell.seconds))
                if cell.epochs
                else ("", "", "")
            ),
        ]
        for cell in plan
    ]
    _print_table(["Training", "State", "Epochs left", "Epoch (s)", "Longest time"], lines, 2)
    print(
        f"At most {duration(sum(cell.seconds for cell in plan))} without scoring, if nothing else runs here; "
        "less where a criterion is met before the last epoch."
    )


def duration(seconds: float) -> str:
    """Return a duration in hours and minutes."""
    minutes = math.ceil(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"


def print_comparison(rows: "list[Row]", markdown: bool = False) -> None:
    """Print the scores and the costs of trainings, optionally as Markdown."""
    scores = ["Training", "Subset", *_heads(_COMPARED)]
    cost = ["Training", "Backend", "Precision", *_heads(COST)]
    cost_lines = [[row.name, row.backend, row.precision, *cells(COST, row.metrics)] for row in rows]
    terms = (*TRACKED.values(), *_COMPARED, *COST)
    if markdown:
        _print_markdown(scores, [line for row in rows for line in _score_lines(row)], 2)
        _print_markdown(cost, cost_lines, 3)
        print("".join(f"- {titles}: {meaning}\n" for titles, meaning in defined(terms).items()))
    else:
        _print_table(scores, [_stacked(_score_lines(row)) for row in rows], 2)
        _print_table(cost, cost_lines, 3)
        print(definitions(terms))


def stacked_head(head: str) -> str:
    """Return the head of a column with its unit on a second line."""
    return head.replace(" (", "\n(")


def _heads(quantities: Iterable[Quantity]) -> list[str]:
    return [quantity.head for quantity in quantities]


def _score_lines(row: "Row") -> list[list[str]]:
    return [
        [row.name, term.title, *cells(_COMPARED, row.metrics, f"{final(subset)}_")]
        for subset, term in TRACKED.items()
    ]


def _stacked(lines: list[list[str]]) -> list[str]:
    """Return the rows of one training merged into one row, with the values of each column stacked."""
    (name, *_), *columns = zip(*lines, strict=True)
    return [name, *map("\n".join, columns)]


def _print_markdown(titles: list[str], lines: list[list[str]], texts: int) -> None:
    rule = ["---"] * texts + ["--:"] * (len(titles) - texts)
    for line in (titles, rule, *([_as_markdown(name), *values] for name, *values in lines)):
        print(f"| {' | '.join(line)} |")
    print()


def _as_markdown(name: str) -> str:
    """Return a name escaped for Markdown."""
    return re.sub(r"([\\`*\[\]<>&|$])", r"\\\1", name)


def _print_table(titles: list[str], lines: list[list[str]], texts: int) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=0)
    for number, title in enumerate(titles):
        head, justify = title.replace(" (", "\n("), "left" if number < texts else "right"
        # On a narrow terminal the first column, of names, gives way: a number cut short is a wrong one.
        table.add_column(head, justify=justify, no_wrap=number > 0)
    for line in lines:
        table.add_row(*line)
    console = Console(markup=False, emoji=False)  # names may hold brackets and colons
    console.print(table, width=min(console.width, WIDTH))
