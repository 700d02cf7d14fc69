"""Polar sampling of patterns."""

import numpy as np
import pytest
from keras import ops

from keras_stem.networks.polar.layers import PolarSampling

pytestmark = pytest.mark.backend


def test_azimuths_run_counter_clockwise_from_x():
    rows, columns = np.indices((20, 32))
    x, y = columns - 15.5, 9.5 - rows
    patterns = np.stack([x, y])[..., None].astype("float32")  # bilinear samples of them are exact
    found = ops.convert_to_numpy(PolarSampling(radii=5, azimuths=16, inner=0.1)(patterns))
    radius, angle = np.linspace(0.95, 9.5, 5), 2 * np.pi * np.arange(16)[:, None] / 16
    np.testing.assert_allclose(found, [np.cos(angle) * radius, np.sin(angle) * radius], atol=1e-5)
