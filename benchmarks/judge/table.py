"""The table of the judge as Markdown, CSV and HTML."""

import csv
import html
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from judge.scores import BOUNDS, Scores, Share

HEADS = (
    "Method",
    "DPs",
    *(f"< {bound}° (%)" for bound in BOUNDS),
    "Of what is possible, < 5° (%)",
    "Median (°)",
    "Coverage 68 % (%)",
    "AURC (°)",
    "Stated < 1° (%)",
    "of these > 5° (%)",
    "DPs/s",
    "Memory (MiB)",
)

_SHARES = {"under_": "value", "low_": "low", "high_": "high"}
_PLAIN = ("count", "median", "covered", "risk", "stated", "stated_wrong", "rate", "memory")
INTRODUCTION = "shares under 5° (%); below, everything about each set, with 95 % intervals in brackets."

COLUMNS = (
    "set",
    "method",
    *(f"{kind}{bound}" for bound in BOUNDS for kind in _SHARES),
    "of_possible_5",
    *_PLAIN,
    "note",
)
"""Columns of the CSV file: those of `judge.scores.Scores`, with the limits of the intervals."""


@dataclass(frozen=True)
class Row:
    """Row of the table.

    Parameters
    ----------
    method
        Name of the method.
    scores
        Its scores, or why there are none.
    """

    method: str
    scores: Scores | str

    @property
    def cells(self) -> list[str]:
        """The texts of the cells; the reason, if there are no scores."""
        found = self.scores
        if isinstance(found, str):
            return [self.method, found, *[""] * (len(HEADS) - 2)]
        return [
            self.method,
            str(found.count),
            *(_percent(found.under[bound]) for bound in BOUNDS),
            _number(100 * found.of_possible[5], ".1f"),
            _number(found.median, ".2f"),
            _number(100 * found.covered, ".0f"),
            _number(found.risk, ".2f"),
            _number(100 * found.stated, ".0f"),
            _number(100 * found.stated_wrong, ".1f"),
            _number(found.rate, ".0f" if found.rate >= 100 else ".3g"),
            _number(found.memory or np.nan, ".0f"),
        ]


@dataclass(frozen=True)
class Section:
    """Rows of one test set.

    Parameters
    ----------
    name, statement
        Name and statement of the set.
    ceiling
        The ceiling below 1, 2 and 5 degrees, as text.
    possible
        The ceiling below 5 degrees, from 0 to 1; NaN if it is not known.
    answerable
        Whether the patterns have a true orientation.
    rows
        Rows, in the order of the methods.
    differences
        Paired differences of methods, as sentences.
    """

    name: str
    statement: str
    ceiling: str
    possible: float
    answerable: bool
    rows: list[Row]
    differences: list[str]


def paired(first: str, second: str, share: Share, count: int) -> str:
    """Return a paired difference as a sentence."""
    low, high = 100 * share.low, 100 * share.high
    value = f"{100 * share.value:+.1f} points ({low:+.1f} to {high:+.1f})"
    return f"{first} against {second}: {value} under 5° on the same {count} patterns."


def summary(sections: list[Section]) -> list[list[str]]:
    """Return the shares under 5 degrees (%): a row of heads, then a row for each set with a known truth."""
    methods = list(dict.fromkeys(row.method for section in sections for row in section.rows))
    rows = []
    for section in sections:
        known = {
            row.method: row.scores.under[5].value for row in section.rows if isinstance(row.scores, Scores)
        }
        if section.answerable and known:
            cells = [_number(100 * known.get(method, np.nan), ".1f") for method in methods]
            rows.append([section.name, *cells, _number(100 * section.possible, ".1f")])
    return [["Set", *methods, "possible"], *rows]


def markdown(sections: list[Section], command: str) -> str:
    """Return the table as Markdown, with the command that made it."""
    heads, *rows = summary(sections)
    lines = [f"`{command}`; {INTRODUCTION}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [*(f"| {' | '.join(row)} |" for row in rows), ""]
    for section in sections:
        lines += [f"### {section.name}", "", f"{section.statement}. {section.ceiling}", ""]
        lines += [f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}"]
        lines += [f"| {' | '.join(row.cells)} |" for row in section.rows]
        lines += ["", *(f"- {one}" for one in section.differences), ""]
    return "\n".join(lines).rstrip() + "\n"


def page(sections: list[Section], command: str) -> str:
    """Return the table as a page of HTML."""
    heads, *summed = summary(sections)
    first = "".join([_html_row("th", heads), *(_html_row("td", row) for row in summed)])
    parts = [f"<h1>The judge</h1><p><code>{html.escape(command)}</code>; {INTRODUCTION}</p>"]
    parts.append(f"<table>{first}</table>")
    for section in sections:
        told = html.escape(f"{section.statement}. {section.ceiling}")
        rows = [_html_row("th", HEADS), *(_html_row("td", row.cells) for row in section.rows)]
        notes = "".join(f"<li>{html.escape(one)}</li>" for one in section.differences)
        parts.append(f"<h2>{section.name}</h2><p>{told}</p><table>{''.join(rows)}</table><ul>{notes}</ul>")
    style = (
        "body{font-family:sans-serif}td,th{padding:2px 8px;text-align:right}td:first-child{text-align:left}"
    )
    body = "".join(parts)
    return f'<!doctype html><meta charset="utf-8"><title>The judge</title><style>{style}</style>{body}\n'


def comma_separated(sections: list[Section]) -> str:
    """Return the table as CSV, a row for each method and test set; shares are from 0 to 1."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for section in sections:
        for row in section.rows:
            writer.writerow({"set": section.name, "method": row.method, **_numbers(row.scores)})
    return text.getvalue()


def _numbers(found: Scores | str) -> dict[str, str]:
    if isinstance(found, str):
        return {"note": found}
    shares = {
        f"{kind}{bound}": getattr(found.under[bound], field)
        for bound in BOUNDS
        for kind, field in _SHARES.items()
    }
    numbers = {name: getattr(found, name) for name in _PLAIN}
    numbers |= {**shares, "of_possible_5": found.of_possible[5]}
    return {name: _number(value, ".4g") for name, value in numbers.items()}


def write(sections: list[Section], command: str, folder: Path) -> None:
    """Write judge.md, judge.csv and judge.html."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "judge.md").write_text(markdown(sections, command), encoding="utf-8")
    (folder / "judge.csv").write_text(comma_separated(sections), encoding="utf-8")
    (folder / "judge.html").write_text(page(sections, command), encoding="utf-8")


def _html_row(tag: str, cells) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _percent(share: Share) -> str:
    if np.isnan(share.value):
        return ""
    return f"{100 * share.value:.1f} ({100 * share.low:.1f}–{100 * share.high:.1f})"


def _number(value: float, form: str) -> str:
    return "" if np.isnan(value) else format(value, form)
