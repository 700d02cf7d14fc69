"""The tables of docs/paper.md are those of the CSV files."""

import re
from pathlib import Path

import pytest
from paper.table import table

ROOT = Path(__file__).parents[2]
FILES = sorted(
    set((ROOT / "benchmarks" / "paper").glob("*.csv")) - {ROOT / "benchmarks" / "paper" / "findings.csv"}
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
