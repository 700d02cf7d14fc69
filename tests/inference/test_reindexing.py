"""Patterns that are indexed again because their answers agree less than is common."""

import dataclasses

import numpy as np
import pytest
from simulated_training import RECIPE

from keras_stem.inference.predictions import predict
from keras_stem.inference.reindexing import Reindexer
from keras_stem.inference.verification import verifier_of, verify
from keras_stem.training.data import prepare_simulation

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("few_scored")]


def test_a_second_look_is_for_answers_that_agree_less_than_is_common(learned, monkeypatch):
    val = prepare_simulation(RECIPE.data, RECIPE.seed).scored["val"]
    card, where = learned.model.card, val.positions
    predictions = predict(learned.model, val.source, where)
    first = verify(card, val.source, where, predictions, refine="quick")
    level, found = float(np.median(first.agreement)), {}
    for common in (-100.0, level, 100.0):
        usual = {**card.refined_novelty, "common_agreement": common}
        monkeypatch.setattr(learned.model, "card", dataclasses.replace(card, refined_novelty=usual))
        patterns = val.source.read(where)
        found[common] = Reindexer(learned.model, verifier_of(card)).reindex(patterns, first)
    assert found[-100.0] is first
    half, whole = found[level].agreement - first.agreement, found[100.0].agreement - first.agreement
    doubtful = first.agreement < level
    np.testing.assert_array_equal(half[~doubtful], 0)
    np.testing.assert_allclose(half[doubtful], whole[doubtful], atol=0.5)
    assert np.all(whole >= 0)
    assert whole.mean() > 2
