"""Names of options that no network may have."""

from dataclasses import fields

from keras_stem.cli.fit_command import command as fit
from keras_stem.cli.study_command import command as study
from keras_stem.networks import registry
from keras_stem.networks.declaration import RESERVED, option_names, variant_name
from keras_stem.pipeline.augmentation import Augmentation
from keras_stem.training.data_settings import ScanData
from keras_stem.training.recipe import Recipe


def test_reserved_names_are_the_options_of_every_training():
    own = set().union(*map(option_names, registry.config_classes().values()))
    commands = {param.name for command in (fit, study) for param in command.params}
    of_recipes = {field.name for cls in (Recipe, ScanData, Augmentation) for field in fields(cls)}
    assert (commands - own) | of_recipes == RESERVED


def test_every_variant_is_recognised_with_weights_of_any_source():
    for config in registry.config_classes().values():
        for name, variant in config.variants.items():
            weights = variant.weights and "models:/LiNiO2/1"
            assert variant_name(config(**variant.options), weights) == name
    assert variant_name(registry.config_class("swin")(head_widths=(5,)), None) is None
    assert variant_name(registry.config_class("cnn")(), None) is None
