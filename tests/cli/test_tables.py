"""Tables are at most 80 characters wide, and define what is in them."""

import pytest
from orix.quaternion import symmetry

from keras_stem.cli.tables import print_comparison, print_confidence, print_scores
from keras_stem.cli.terms import EVALUATION
from keras_stem.crystal.rotations import random_rotations
from keras_stem.metrics import vocabulary
from keras_stem.metrics.confidence import score_confidence
from keras_stem.metrics.scores import score
from keras_stem.workflow.compare import Row

SUBSETS = ("DS_Val", "DS_Test", "DS_Q", "clear")


@pytest.fixture
def scores(rng):
    return score(random_rotations(40, rng).to_euler(), random_rotations(40, rng), symmetry.D3)


def lines_of(capsys, monkeypatch, show, *arguments):
    """What is printed on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    show(*arguments)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    return lines


def defined(lines):
    """The terms that lines define: two blanks, the term, and at least two more."""
    return {line[2:].split("  ")[0] for line in lines if line.startswith("  ") and line[2] != " "}


def test_scores_are_explained(capsys, monkeypatch, scores):
    rows = [(name, reference, scores) for name in SUBSETS for reference in ("labels", "truth")]
    found = defined(lines_of(capsys, monkeypatch, print_scores, rows))
    assert {*SUBSETS, "labels", "truth", "DPs", "modulo 180°", "R² nearest"} <= found
    only = defined(lines_of(capsys, monkeypatch, print_scores, [("DS_Val", "labels", scores)]))
    assert "DS_Val" in only
    assert not {"truth", "clear"} & only  # nothing that is not there


def test_confidences_are_explained(capsys, monkeypatch, rng):
    sure = score_confidence(*rng.uniform(size=(3, 50)))
    lines = lines_of(capsys, monkeypatch, print_confidence, [("clear", "truth", sure)])
    assert {"Coverage 68 %, Coverage 95 %", "Spearman", "AURC"} <= defined(lines)
    assert "risk-coverage" in " ".join(lines)


@pytest.mark.parametrize("markdown", [False, True])
def test_comparisons_are_explained(capsys, monkeypatch, scores, markdown):
    metrics = {**scores.named("final_val"), **scores.named("final_test"), "epochs": 1e4, "parameters": 1e8}
    row = Row("a training with quite a long name", "0" * 32, "polar", "tensorflow", "float32", metrics)
    if markdown:
        print_comparison([row], True)
        assert "- DS_Val: " in capsys.readouterr().out
    else:
        assert {"DS_Val", "DS_Q", "Needed"} <= defined(lines_of(capsys, monkeypatch, print_comparison, [row]))


def test_the_help_of_evaluate_defines_each_term(run):
    told = " ".join(run("evaluate", "--help").split())
    for titles, meaning in vocabulary.defined(EVALUATION).items():
        assert f"{titles} {meaning}" in told
