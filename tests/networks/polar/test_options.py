"""Options of the polar network."""

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.networks.polar.options import PolarConfig

pytestmark = pytest.mark.backend


@pytest.mark.parametrize(
    "wrong",
    [
        {"azimuths": 25},
        {"azimuths": 6},
        {"radii": 1},
        {"channels": 0},
        {"azimuths": 24, "dilations": (1, 13)},
    ],
)
def test_impossible_options_are_clear_errors(wrong):
    with pytest.raises(KerasStemError):
        PolarConfig(**wrong)
