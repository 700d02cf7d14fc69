"""Layers that prepare the patterns."""

import keras
import numpy as np
import pytest

from keras_stem.models.layers import LogScale, UnitScale

pytestmark = pytest.mark.backend


def test_preprocessing_is_logarithm_then_unit_range(rng):
    counts = rng.poisson(50, (3, 8, 8, 1)).astype("float32")
    counts[2] = 7.0
    scaled = np.asarray(keras.ops.convert_to_numpy(UnitScale()(LogScale()(counts))))
    logarithm = np.log1p(counts[:2])
    low, high = logarithm.min((1, 2, 3), keepdims=True), logarithm.max((1, 2, 3), keepdims=True)
    np.testing.assert_allclose(scaled[:2], (logarithm - low) / (high - low), atol=1e-6)
    assert not scaled[2].any()  # a flat pattern
