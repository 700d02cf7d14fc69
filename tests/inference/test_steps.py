"""What is told with orientations: nothing that the model does not know."""

from types import SimpleNamespace

import numpy as np

from keras_stem.inference.predictions import Predictions
from keras_stem.inference.steps import Answers, known_of, known_of_refined, novelty_of
from keras_stem.inference.verification import VerifiedAnswers

KNOWN = {"largest_spread": 0.3, "least_agreement": 50.0}
UNTAUGHT = {"largest_spread": None, "least_agreement": None}


def card(**known):
    """A card with nothing but what is given."""
    return SimpleNamespace(**({"calibration": None, "novelty": None} | known))


def test_blocks_are_joined_with_their_properties():
    parts = [Answers(np.full((n, 3), n), {"agreement": np.full(n, 10.0 * n)}) for n in (2, 1)]
    joined = Answers.joined(parts)
    assert joined.euler[:, 0].tolist() == [2, 2, 1]
    assert joined.properties["agreement"].tolist() == [20, 20, 10]


def test_patterns_beyond_either_threshold_are_marked():
    told = Predictions(np.zeros((4, 3)), spread=np.array([0.1, 0.4, 0.1, 0.4]))
    checked = VerifiedAnswers(np.zeros((4, 3)), np.array([80.0, 80.0, 20.0, 20.0]), None, np.ones(4))
    found = known_of(card(novelty=KNOWN), told, checked)
    assert found["out_of_distribution"].tolist() == [0, 1, 1, 1]
    assert found["agreement"].tolist() == [80, 80, 20, 20]
    found = known_of(card(novelty=KNOWN), told, None)
    assert found["out_of_distribution"].tolist() == [0, 1, 0, 1]


def test_nothing_is_told_that_is_not_known():
    told = Predictions(np.zeros((2, 3)))
    assert known_of(card(), told, None) == {}
    assert known_of(card(novelty=UNTAUGHT), told, None) == {}


def test_thresholds_are_those_of_the_card():
    assert novelty_of(card(novelty=KNOWN)).least_agreement == 50
    assert novelty_of(card()) is None


def test_what_is_told_of_refined_orientations_does_not_depend_on_the_model():
    agreement, runner_up = np.array([90.0, 90.0, 20.0]), np.array([50.0, 90.0, 10.0])
    found = known_of_refined(VerifiedAnswers(np.zeros((3, 3)), agreement, runner_up, np.full(3, 8.0)))
    assert found["uncertainty"][0] < 0.5 < 10 < found["uncertainty"][1]
    assert np.all(found["uncertainty_95"] > found["uncertainty"])
    assert found["out_of_distribution"].tolist() == [0, 0, 1]
    np.testing.assert_array_equal(found["agreement"], agreement)
