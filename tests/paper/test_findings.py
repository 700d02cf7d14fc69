"""The figures of what the paper finds."""

import csv
from pathlib import Path

import numpy as np
import pytest
from orix.quaternion import Rotation
from paper.findings import Truth, findings, markdown, numbers

from keras_stem.crystal.disorientation import BEAM_TWOFOLD

ROOT = Path(__file__).parents[2]


@pytest.fixture
def truth(scan):
    return Truth.of(scan)


def test_the_truth_is_coherent_sharp_and_dominant(truth):
    found = findings(truth.dominant, truth)
    assert found["coherent"] == found["sharp"] == found["dominant 0-0.05"] == 100
    assert found["second 0-0.05"] < 20


def test_a_blurred_boundary_is_not_sharp(truth, scan):
    rows, columns = scan.info.shape
    left = np.arange(rows * columns) // columns * columns
    one_a_row = Rotation(truth.dominant.data[left])
    found = findings(one_a_row, truth)
    assert found["sharp"] < 100
    assert found["dominant 0-0.05"] < 100


def test_the_second_grain_is_told_from_the_dominant_one(truth):
    found = findings(truth.second, truth)
    assert found["second 0.35-0.5"] == 100
    assert found["dominant 0.35-0.5"] < 50


def test_alternating_answers_are_not_coherent(truth, scan):
    rows, columns = scan.info.shape
    odd = np.add.outer(np.arange(rows), np.arange(columns)).ravel() % 2 == 1
    turned = Rotation(np.where(odd[:, None], (truth.dominant * BEAM_TWOFOLD).data, truth.dominant.data))
    assert findings(turned, truth)["coherent"] < 20


def test_findings_are_rows_of_a_table(truth):
    row = markdown({"training": "truth", **findings(truth.dominant, truth)})
    assert row.startswith("| truth | 100.0 | 100.0 | 100 / ")
    assert row.count("|") == 6


def test_shares_come_with_their_numbers(truth):
    counted = numbers(truth)
    assert set(counted) == set(findings(truth.dominant, truth))
    assert sum(value for name, value in counted.items() if name.startswith("dominant")) == len(truth.chosen)
    assert counted["coherent"] + counted["sharp"] <= len(truth.pairs)
    assert markdown({"training": "n", **counted}, 0).startswith(f"| n | {counted['coherent']:.0f} | ")


@pytest.mark.parametrize("name", ["findings", "findings-images", "findings-simulated"])
def test_docs_have_the_rows_of_the_file(name):
    docs = (ROOT / "docs" / "paper.md").read_text(encoding="utf-8")
    with (ROOT / "benchmarks" / "paper" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        training = row.pop("training")
        counted = training == "neighbours or positions"
        line = {"training": training, **{key: float(value) for key, value in row.items()}}
        assert markdown(line, decimals=0 if counted else 1) in docs
