"""The polar network: a rotation about the beam only turns the pattern, and this is built in."""

from dataclasses import dataclass
from typing import ClassVar

import keras
from keras import layers

from keras_stem.errors import KerasStemError
from keras_stem.models.polar_layers import CircularConv, Halve, PolarSampling


@dataclass(frozen=True)
class PolarConfig:
    """Options of the polar network.

    Parameters
    ----------
    radii, azimuths
        Samples of the pattern in polar coordinates; half as many azimuths vote.
    channels
        Of the convolutions along the azimuth.
    dilations
        Of the residual blocks, in votes; a cycle should reach around the circle.
    """

    arch: ClassVar[str] = "polar"

    radii: int = 40
    azimuths: int = 72
    channels: int = 128
    dilations: tuple[int, ...] = (1, 3, 9, 1, 3, 9, 1, 3)

    def __post_init__(self):
        if self.azimuths % 2 or self.azimuths < 8 or self.radii < 2 or self.channels < 1:
            raise KerasStemError(f"Expected positive sizes and an even number of azimuths, found {self}.")
        if max(self.dilations, default=0) > self.azimuths // 2:
            raise KerasStemError(
                f"Expected dilations up to {self.azimuths // 2}, found {max(self.dilations)}."
            )


INNER = 0.06
"""The direct beam says nothing of the orientation."""


def build_polar(input_shape: tuple[int, int, int], outputs: int, config: PolarConfig) -> keras.Model:
    """Build the polar network.

    Each azimuth sees the pattern as if it were turned there, and votes: all azimuths share their weights, so
    that a pattern that is turned turns the votes.

    Parameters
    ----------
    input_shape
        (H, W, 1).
    outputs
        Numbers that each azimuth gives.
    config
        Options.

    Returns
    -------
    keras.Model
        (B, H, W, 1) to (B, azimuths / 2, outputs).
    """
    pattern = keras.Input(input_shape)
    x = PolarSampling(config.radii, config.azimuths, INNER, name="polar")(pattern)
    x = CircularConv(config.channels // 2, activation="relu", name="stem")(x)
    x = layers.Dense(config.channels, name="embed")(Halve(name="pairs")(x))
    for number, dilation in enumerate(config.dilations, 1):
        x = layers.Add()([x, _block(x, config.channels, dilation, f"block{number}")])
    x = layers.LayerNormalization(dtype="float32", name="norm")(x)
    return keras.Model(pattern, layers.Dense(outputs, dtype="float32", name="head")(x), name="polar")


def _block(x, channels: int, dilation: int, name: str):
    """Return what a residual block adds to (B, votes, C): from around each azimuth, and the whole circle."""
    y = layers.LayerNormalization(name=f"{name}_norm")(x)
    y = CircularConv(channels, dilation, activation="relu", name=f"{name}_around")(y)
    y = layers.Dense(channels, name=f"{name}_mix")(y)
    whole = layers.GlobalAveragePooling1D(keepdims=True, name=f"{name}_pool")(y)
    whole = layers.Dense(channels, activation="relu", name=f"{name}_whole")(whole)
    return layers.Add()([y, layers.Dense(channels, name=f"{name}_back")(whole)])
