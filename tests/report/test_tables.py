"""Tables of a page about a map of two grains."""

import numpy as np
import pytest
from page_data import halves

from keras_stem.report.map_analysis import analyse_map
from keras_stem.report.tables import largest_grains, map_tables


@pytest.fixture
def analysis():
    return analyse_map(halves(), np.arange(24) != 0, {})


def test_tables_of_two_grains_by_hand(analysis):
    tables = {table.title: dict(table.rows) for table in map_tables(analysis)}
    assert tables["Map"]["Points"] == "4 × 6"
    assert tables["Map"]["Size"] == "8 nm × 12 nm"
    assert tables["Map"]["Below the smallest Q"] == "4.2%"  # one of 24
    assert tables["Grains"]["Grains"] == "2"
    assert tables["Boundaries"] == {"Length": "8 nm", "Below 15°": "0.0%", "From 15°": "100.0%"}
    assert "Confidence" not in tables and "Against the labels" not in tables


def test_the_largest_grain_is_first(analysis):
    table = largest_grains(analysis)
    assert [(row[0], row[2]) for row in table.rows] == [("1", "12"), ("0", "11")]
    # The diameter of the circle of 12 x 4 nm².
    assert float(table.rows[0][3]) == pytest.approx(2 * np.sqrt(48 / np.pi), rel=1e-3)
    assert table.head[3] == "Diameter (nm)"
