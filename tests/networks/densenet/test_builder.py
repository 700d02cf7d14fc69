"""The size of DenseNet."""

import pytest

from keras_stem.networks.build import build_model

pytestmark = pytest.mark.backend


def test_densenet_121_has_7_million_parameters():
    # keras.applications.DenseNet121 without its top, with one channel instead of three; and the head.
    assert build_model("densenet", (128, 128, 1), 3).count_params() == 7_037_504 - 2 * 7 * 7 * 64 + 3 * 1025
