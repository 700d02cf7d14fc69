"""Windows of the Swin transformer."""

import keras
import numpy as np
import pytest

from keras_stem.networks.swin.windows import Windows

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("shifted", [False, True])
@pytest.mark.parametrize("shape", [(14, 14), (8, 8), (4, 4), (9, 5)])
def test_uniting_undoes_dividing(shape, shifted, rng):
    windows = Windows.fit(shape, 7, shifted)
    tokens = rng.random((2, *shape, 3), dtype="float32")
    divided = windows.divide(keras.ops.convert_to_tensor(tokens))
    assert tuple(divided.shape) == (2, windows.tokens, windows.number, 3)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(windows.unite(divided)), tokens)


def test_shifted_windows_mask_what_the_roll_brought_together():
    windows = Windows.fit((14, 14), 7, True)
    mask = windows.mask()
    assert (mask[0] == 0).all()  # the first window lies inside the map
    corner = np.zeros((7, 7), int)
    corner[4:, :4], corner[:4, 4:], corner[4:, 4:] = 1, 2, 3
    expected = corner.ravel()[:, None] == corner.ravel()
    np.testing.assert_array_equal(mask[-1] == 0, expected)
