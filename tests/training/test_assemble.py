"""Models before their training."""

import numpy as np
import pytest

from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import prepare_scan

pytestmark = pytest.mark.backend


def test_the_card_knows_the_data(scan, narrow_recipe):
    data = prepare_scan(scan, narrow_recipe.data, narrow_recipe.seed)
    head = head_of(narrow_recipe, data.symmetry)
    model = assemble(data, narrow_recipe, head)
    card = model.card
    assert (card.arch, card.target, card.point_group) == ("cnn", "euler", "32")
    assert (card.detector_shape, card.pixel_size, card.beam_energy) == ((64, 64), 0.05, 300)
    assert card.fingerprint == scan.fingerprint
    assert card.recipe == narrow_recipe.to_dict()
    patterns = scan.read(np.arange(2))[..., None].astype("float32")
    assert model.encoder.predict(patterns, verbose=0).shape == (2, head.size)


def test_new_models_differ_in_their_weights_alone(scan, narrow_recipe):
    data = prepare_scan(scan, narrow_recipe.data, narrow_recipe.seed)
    one, other = (assemble(data, narrow_recipe, head_of(narrow_recipe, data.symmetry)) for _ in range(2))
    assert one.card == other.card
    pairs = zip(one.encoder.get_weights(), other.encoder.get_weights(), strict=True)
    assert any(np.any(first != second) for first, second in pairs)
