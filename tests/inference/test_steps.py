"""What is told with orientations: nothing that the model does not know."""

from types import SimpleNamespace

import numpy as np

from keras_stem.inference.predictions import Predictions
from keras_stem.inference.steps import Answers, known_of, novelty_of
from keras_stem.inference.verification import VerifiedAnswers

KNOWN = {"largest_spread": 0.3, "least_agreement": 50.0}
UNTAUGHT = {"largest_spread": None, "least_agreement": None}


def card(**known):
    """A card with nothing but what is given."""
    names = ("calibration", "refined_calibration", "novelty", "refined_novelty")
    return SimpleNamespace(**(dict.fromkeys(names) | known))


def test_blocks_are_joined_with_their_properties():
    parts = [Answers(np.full((n, 3), n), {"agreement": np.full(n, 10.0 * n)}) for n in (2, 1)]
    joined = Answers.joined(parts)
    assert joined.euler[:, 0].tolist() == [2, 2, 1]
    assert joined.properties["agreement"].tolist() == [20, 20, 10]


def test_patterns_beyond_either_threshold_are_marked():
    told = Predictions(np.zeros((4, 3)), spread=np.array([0.1, 0.4, 0.1, 0.4]))
    checked = VerifiedAnswers(np.zeros((4, 3)), np.array([80.0, 80.0, 20.0, 20.0]), None)
    found = known_of(card(novelty=KNOWN), told, checked, refined=False)
    assert found["out_of_distribution"].tolist() == [0, 1, 1, 1]
    assert found["agreement"].tolist() == [80, 80, 20, 20]
    found = known_of(card(novelty=KNOWN), told, None, refined=False)
    assert found["out_of_distribution"].tolist() == [0, 1, 0, 1]


def test_nothing_is_told_that_is_not_known():
    told = Predictions(np.zeros((2, 3)))
    assert known_of(card(), told, None, refined=False) == {}
    assert known_of(card(novelty=UNTAUGHT), told, None, refined=False) == {}


def test_refined_orientations_have_thresholds_of_their_own():
    both = card(novelty=KNOWN, refined_novelty=KNOWN | {"least_agreement": 70.0})
    assert novelty_of(both, refined=False).least_agreement == 50
    assert novelty_of(both, refined=True).least_agreement == 70
    assert novelty_of(card(novelty=KNOWN), refined=True) is None
