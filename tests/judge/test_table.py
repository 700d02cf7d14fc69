"""The table of the judge."""

import csv
import io

import numpy as np

from judge.scores import BOUNDS, Scores, Share
from judge.table import Row, Section, comma_separated, markdown, page, summary

UNDER = dict(zip(BOUNDS, (Share.of(20, 100), Share.of(40, 100), Share.of(60, 100)), strict=True))
POSSIBLE = {1: 0.25, 2: 0.5, 5: 0.75}
FOUND = Scores(100, UNDER, POSSIBLE, 3.25, np.nan, 1.5, np.nan, np.nan, 12.5, 300.0)
SECTIONS = [
    Section(
        "first", "a set", "Possible.", 0.8, True, [Row("one", FOUND), Row("two", "takes one crystal")], []
    ),
    Section("vacuum", "no sample", "", np.nan, False, [Row("one", FOUND.without_truth())], []),
]


def test_the_summary_has_the_sets_with_a_truth():
    assert summary(SECTIONS) == [["Set", "one", "two", "possible"], ["first", "60.0", "", "80.0"]]


def test_the_markdown_table_has_intervals_and_reasons():
    text = markdown(SECTIONS, "python -m judge run")
    assert "| one | 100 | 20.0 (13.3–28.9) | 40.0 (30.9–49.8) | 60.0 (50.2–69.1) | 75.0 | 3.25 |" in text
    assert "| two | takes one crystal |" in text
    assert "| one | 100 |  |  |  |  |  |  |  |  |  | 12.5 | 300 |" in text


def test_the_page_has_a_row_for_each_method():
    assert page(SECTIONS, "python -m judge run").count("<tr>") == 2 + 3 + 2


def test_the_csv_file_has_numbers():
    first, second, _ = csv.DictReader(io.StringIO(comma_separated(SECTIONS)))
    assert [first[name] for name in ("count", "under_5", "low_5", "covered")] == ["100", "0.6", "0.502", ""]
    assert second["note"] == "takes one crystal" and not second["under_5"]
