"""The head of Euler angles."""

import keras
import numpy as np
import pytest

from keras_stem.heads.euler import EulerDecoder

pytestmark = pytest.mark.backend


def test_decoder_multiplies_by_the_ranges():
    decoded = EulerDecoder([6.0, 1.5, 2.0])(np.array([[0.5, 1.0, -0.1]]))["euler"]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(decoded), [[3.0, 1.5, -0.2]], rtol=1e-6)
