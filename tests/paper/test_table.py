"""The tables of docs/paper.md are those of the CSV files."""

import re
from pathlib import Path

import pytest
from paper.table import draw_chart, table

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path for path in (ROOT / "benchmarks" / "paper").glob("*.csv") if not path.stem.startswith("findings")
)


def test_there_are_tables():
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_docs_have_the_rows_of_the_file(path):
    docs = (ROOT / "docs" / "paper.md").read_text(encoding="utf-8")
    rows = table(path).splitlines()
    assert len(rows) > 2
    assert re.fullmatch(r"\| Training \|.*\| Median \(°\) \|", rows[0])
    for row in rows:
        assert row in docs


def test_charts_name_the_trainings(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr("paper.table.save", lambda figure, path: drawn.append(figure))
    draw_chart(ROOT / "benchmarks" / "paper" / "clamp-seeds.csv", tmp_path / "chart.png")
    errors, _, times = drawn[0].axes
    assert [label.get_text() for label in errors.get_yticklabels()][-1] == "clamp, seed 2"
    assert [round(bar.get_width()) for bar in times.patches][3] == 22  # minutes, 0.36 hours in the table
