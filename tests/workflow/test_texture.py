"""Settings of the analysis of textures."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.workflow.texture import TextureSettings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"half_width": 0.5}, "half width"),
        ({"tolerance": 0}, "between 0 and 180°, found 0"),
        ({"tolerance": 180}, "between 0 and 180°, found 180"),
    ],
)
def test_impossible_values_are_named(settings, said):
    with pytest.raises(KerasStemError, match=said):
        TextureSettings(**settings)
