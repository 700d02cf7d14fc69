"""Networks by their names and builders."""

import pytest
from seeing import SeeingConfig

import keras_stem
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.networks.build import build_model
from keras_stem.training.assemble import head_of
from keras_stem.training.options import default_recipe

pytestmark = pytest.mark.backend


def test_builders_are_found_by_name():
    assert len(build_model(SeeingConfig(), (16, 16, 1), 3).inputs) == 2


@pytest.mark.parametrize("arch", ["cnn", "polar"])
def test_a_network_predicts_a_rotation_by_default(arch):
    expected = head_of(default_recipe(arch), proper_point_group(linio2())).size
    assert keras_stem.build_model(arch, (64, 64, 1)).output_shape[-1] == expected
