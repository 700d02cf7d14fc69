"""Orders of methods in made-up tables."""

import numpy as np

from judge.order import compare_orders
from judge.scores import BOUNDS, Scores, Share
from judge.table import Row, Section, comma_separated


def table(**right):
    """Return a table of one set, with the right answers of each method out of 100."""
    rows = []
    for method, successes in right.items():
        shares = dict.fromkeys(BOUNDS, Share.of(successes, 100))
        rows.append(Row(method, Scores(100, shares, dict.fromkeys(BOUNDS, np.nan), *[np.nan] * 7)))
    return comma_separated(
        [Section("set", "", "", np.nan, True, [*rows, Row("other", "takes one crystal here")], [])]
    )


def test_only_pairs_that_are_clear_in_both_tables_are_compared():
    found = compare_orders(table(a=90, b=50, c=45), table(a=88, b=47, c=52))
    assert (found.clear, found.contradicted) == (2, [])


def test_another_order_is_told():
    found = compare_orders(table(a=90, b=50, c=45), table(a=50, b=90, c=45))
    assert (found.clear, found.contradicted) == (1, ["set: a, b"])
