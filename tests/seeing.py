"""A network that sees the geometry of the detector, for tests. Not a test itself."""

import dataclasses
from typing import ClassVar

import keras

from keras_stem.networks.declaration import NetworkConfig


@dataclasses.dataclass(frozen=True)
class SeeingConfig(NetworkConfig):
    """Options of a network that sees the geometry of the detector."""

    arch: ClassVar[str] = "cnn"  # a card knows the names of networks that are installed
    title: ClassVar[str] = "Seeing"
    builder: ClassVar[str] = f"{__name__}:build_seeing"
    geometry: ClassVar[bool] = True


def build_seeing(input_shape, outputs, config):
    patterns, geometry = keras.Input(input_shape), keras.Input((3,))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(patterns))
    x = keras.layers.Concatenate()([x, geometry])
    return keras.Model([patterns, geometry], keras.layers.Dense(outputs, name="head")(x))
