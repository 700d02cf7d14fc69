"""Construction of a network from its options."""

import importlib

import keras

from keras_stem.choices import ROTATION_SIZE
from keras_stem.networks.declaration import NetworkConfig
from keras_stem.networks.registry import config_class
from keras_stem.networks.settings import standard_settings


def build_model(
    network: str | NetworkConfig,
    input_shape: tuple[int, int, int],
    outputs: int = ROTATION_SIZE,
    precision: str = "float32",
) -> keras.Model:
    """Build a network.

    Parameters
    ----------
    network
        Options of the network, or its name (one of `keras_stem.networks.registry.network_names`) for the
        default options.
    input_shape
        Shape of the patterns, (H, W, 1).
    outputs
        Number of outputs; by default seven, for a rotation and its expected error, as in the default recipe.
    precision
        Precision of the activations: "float32", "bfloat16" or "float16"; weights and head use float32.

    Returns
    -------
    keras.Model
        Network from patterns in [0, 1], (B, H, W, 1), to (B, outputs), or to (B, azimuths, outputs) if the
        output of the network is "azimuths".

    Raises
    ------
    KerasStemError
        If the architecture is unknown or does not support the input shape.
    """
    config = config_class(network)() if isinstance(network, str) else network
    module, _, name = config.builder.partition(":")
    build = getattr(importlib.import_module(module), name)
    # keras.applications accepts no dtype policy and uses the global one.
    with standard_settings(precision if precision == "float32" else f"mixed_{precision}"):
        return build(input_shape, outputs, config)
