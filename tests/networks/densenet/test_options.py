"""Options of DenseNet."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.densenet.options import DenseNetConfig

pytestmark = pytest.mark.backend


def test_what_does_not_fit_is_a_clear_error():
    with pytest.raises(KerasStemError, match="at least 32 x 32"):
        build_model("densenet", (16, 16, 1), 3)
    with pytest.raises(KerasStemError, match="four positive"):
        DenseNetConfig(blocks=(1, 2))
