"""The polar network: a rotation about the beam only turns the pattern, and this is built in."""

import keras
from keras import layers

from keras_stem.networks.polar.layers import CircularConv, Halve, PolarSampling
from keras_stem.networks.polar.options import PolarConfig

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
