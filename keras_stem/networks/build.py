"""Building a network from its options."""

import importlib

import keras

from keras_stem.networks.declaration import NetworkConfig
from keras_stem.networks.registry import config_class
from keras_stem.networks.settings import standard_settings

DEFAULT_OUTPUTS = 7
"""Numbers of a rotation and its expected error, which the default recipe trains networks to predict."""


def build_model(
    network: str | NetworkConfig,
    input_shape: tuple[int, int, int],
    outputs: int = DEFAULT_OUTPUTS,
    precision: str = "float32",
) -> keras.Model:
    """Build a network.

    Parameters
    ----------
    network
        Options of the network, or its name (one of `keras_stem.networks.registry.network_names`) for the
        defaults.
    input_shape
        (H, W, 1).
    outputs
        Numbers to predict; by default the seven of a rotation and its expected error, as the default recipe
        trains them.
    precision
        "float32", or "bfloat16" or "float16" for activations; weights and the head stay in float32.

    Returns
    -------
    keras.Model
        From patterns in [0, 1], (B, H, W, 1), to (B, outputs), or to (B, azimuths, outputs) where the
        network's output is "azimuths".

    Raises
    ------
    KerasStemError
        If there is no such architecture or the input does not fit it.
    """
    config = config_class(network)() if isinstance(network, str) else network
    module, _, name = config.builder.partition(":")
    build = getattr(importlib.import_module(module), name)
    # keras.applications takes no policy, and follows the global one.
    with standard_settings(precision if precision == "float32" else f"mixed_{precision}"):
        return build(input_shape, outputs, config)
