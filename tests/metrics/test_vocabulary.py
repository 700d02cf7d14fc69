"""One vocabulary for the terminal, the reports and the names of MLflow metrics."""

from dataclasses import fields

from keras_stem.metrics import vocabulary
from keras_stem.metrics.confidence import ConfidenceScores
from keras_stem.metrics.scores import Disorientations, Scores


def names(quantities):
    return [quantity.name for quantity in quantities]


def names_of(scores):
    return {field.name for field in fields(scores)}


def test_each_score_has_its_word():
    assert set(names(vocabulary.DISORIENTATION)) == names_of(Disorientations) - {"geometric"}
    own = names_of(Scores) - names_of(Disorientations)
    assert set(names(vocabulary.EULER)) == own - {"count", "pattern"}
    assert set(names(vocabulary.CONFIDENCE)) == names_of(ConfidenceScores)


def test_values_have_their_units():
    median, under = vocabulary.DISORIENTATION[0], vocabulary.DISORIENTATION[-1]
    time = next(quantity for quantity in vocabulary.COST if quantity.name == "training_seconds")
    assert (median.head, median.text(1.234), median.text_with_unit(1.234)) == ("Median (°)", "1.23", "1.23°")
    assert (under.head, under.text(0.5), under.text_with_unit(0.5)) == ("< 5°", "50.0%", "50.0%")
    assert time.text_with_unit(59.6) == "60 s"


def test_cells_without_a_value_are_empty():
    metrics = {"final_val_r2": 0.95, "final_val_mae": 7.182}
    prefix = f"{vocabulary.final('val')}_"
    assert vocabulary.cells(vocabulary.EULER, metrics, prefix) == ["0.950", "", "7.18", ""]


def test_terms_of_one_definition_are_explained_together():
    explained = vocabulary.defined(vocabulary.EULER)
    assert list(explained) == ["R², MAE, MSE", "R² nearest"]
    assert vocabulary.explained([vocabulary.PATTERNS]) == "DPs: number of diffraction patterns."
