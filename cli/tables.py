"""Tables on the terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras_stem.training.scores import Scores

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
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), collapse_padding=True)
    for title in ("Subset", "Against"):
        table.add_column(title, no_wrap=True)
    for title in ("DPs", *(title for _, title, _ in _COLUMNS)):
        table.add_column(title, justify="right", no_wrap=True)
    for subset, reference, scores in rows:
        cells = [form.format(getattr(scores, field)) for field, _, form in _COLUMNS]
        table.add_row(subset, reference, str(scores.count), *cells)
    console = Console()
    console.print(table)
    console.print("Median to < 5°: disorientation (°). R², MAE, MSE: Euler angles (°).", highlight=False)
