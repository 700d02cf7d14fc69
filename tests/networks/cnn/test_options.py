"""Options of the convolutional network."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.cnn.options import CNNConfig

pytestmark = pytest.mark.backend


def test_what_does_not_fit_is_a_clear_error():
    with pytest.raises(KerasStemError, match="pooling layers"):
        build_model(CNNConfig((1,) * 4), (8, 8, 1), 3)
    with pytest.raises(KerasStemError, match="'transformer'"):
        build_model("transformer", (64, 64, 1), 3)
    with pytest.raises(KerasStemError, match="positive"):
        CNNConfig(filters=(0,))
