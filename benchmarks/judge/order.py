"""Comparison of the order of methods in two tables."""

import csv
import io
import itertools
from dataclasses import dataclass


@dataclass(frozen=True)
class Orders:
    """Pairs of methods on a set whose intervals do not overlap.

    Parameters
    ----------
    clear
        Number of pairs that are clear in both tables.
    contradicted
        Those of another order in the second table: set, better and worse method in the first.
    """

    clear: int
    contradicted: list[str]


def compare_orders(first: str, second: str) -> Orders:
    """Compare the shares under 5 degrees of two tables (the text of CSV files).

    Parameters
    ----------
    first, second
        Texts as `judge.table.comma_separated` writes them.
    """
    known, other = _clear(first), _clear(second)
    turned = {(name, worse, better) for name, better, worse in other}
    contradicted = [f"{name}: {better}, {worse}" for name, better, worse in sorted(known & turned)]
    return Orders(len(known & other) + len(contradicted), contradicted)


def _clear(text: str) -> set[tuple[str, str, str]]:
    """Return set, better and worse method of each pair whose intervals do not overlap."""
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["low_5"]]
    pairs = itertools.permutations(rows, 2)
    return {
        (one["set"], one["method"], two["method"])
        for one, two in pairs
        if one["set"] == two["set"] and float(one["low_5"]) > float(two["high_5"])
    }
