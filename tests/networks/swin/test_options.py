"""Options of the Swin transformer."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks.build import build_model
from keras_stem.networks.swin.options import SwinConfig

pytestmark = pytest.mark.backend


def test_what_does_not_fit_is_a_clear_error():
    with pytest.raises(KerasStemError, match=r"multiple of 4 pixels.*adjust-images"):
        build_model("swin", (66, 66, 1), 3)
    with pytest.raises(KerasStemError, match="as many depths as heads"):
        SwinConfig(depths=(2, 2))
    with pytest.raises(KerasStemError, match="multiple of its heads"):
        SwinConfig(embed_dim=10)
