"""A training whose loss is not finite."""

import dataclasses

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.training.state import last_interrupted

pytestmark = pytest.mark.backend


def test_divergence_is_a_clear_error(train_on_scan, narrow_recipe):
    with pytest.raises(KerasStemError, match=r"diverged.*--learning-rate"):
        train_on_scan(dataclasses.replace(narrow_recipe, learning_rate=1e30, max_epochs=6), "diverges")
    last_interrupted().discard()
