"""Builder of the polar network, which is equivariant under rotations of the pattern about the beam."""

import keras
from keras import layers

from keras_stem.networks.polar.layers import CircularConv, Halve, PolarSampling
from keras_stem.networks.polar.options import PolarConfig

INNER = 0.06
"""Radius of the first sampled circle relative to the last; it excludes the direct beam, which carries no
information about the orientation."""


def build_polar(input_shape: tuple[int, int, int], outputs: int, config: PolarConfig) -> keras.Model:
    """Build the polar network.

    The pattern is sampled in polar coordinates, and each azimuth votes for an orientation in its own rotated
    frame. All azimuths share their weights and aggregate neighbouring azimuths by circular convolution, so
    that a rotation of the pattern about the beam shifts the votes along the azimuths.

    Parameters
    ----------
    input_shape
        Shape of the patterns, (H, W, 1).
    outputs
        Number of outputs per azimuth.
    config
        Options of the network.

    Returns
    -------
    keras.Model
        Network from (B, H, W, 1) to (B, azimuths / 2, outputs).
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
    """Return the residual of (B, votes, C) from neighbouring azimuths and from the mean over the circle."""
    y = layers.LayerNormalization(name=f"{name}_norm")(x)
    y = CircularConv(channels, dilation, activation="relu", name=f"{name}_around")(y)
    y = layers.Dense(channels, name=f"{name}_mix")(y)
    whole = layers.GlobalAveragePooling1D(keepdims=True, name=f"{name}_pool")(y)
    whole = layers.Dense(channels, activation="relu", name=f"{name}_whole")(whole)
    return layers.Add()([y, layers.Dense(channels, name=f"{name}_back")(whole)])
