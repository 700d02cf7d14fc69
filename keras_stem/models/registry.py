"""The networks by name."""

import keras

from keras_stem.errors import KerasStemError
from keras_stem.models.cnn import CNNConfig, build_cnn
from keras_stem.models.decoders import ROTATION_SIZE
from keras_stem.models.densenet import DenseNetConfig, build_densenet
from keras_stem.models.polar import PolarConfig, build_polar
from keras_stem.models.settings import standard_settings
from keras_stem.models.swin import SwinConfig, build_swin

NetworkConfig = PolarConfig | CNNConfig | DenseNetConfig | SwinConfig

_BUILDERS = {
    PolarConfig: build_polar,
    CNNConfig: build_cnn,
    DenseNetConfig: build_densenet,
    SwinConfig: build_swin,
}


def config_class(arch: str) -> type[NetworkConfig]:
    """Return the class of an architecture's options.

    Raises
    ------
    KerasStemError
        If there is no such architecture.
    """
    known = {config.arch: config for config in _BUILDERS}
    if arch not in known:
        raise KerasStemError(f"Expected an architecture out of {', '.join(known)}, found {arch!r}.")
    return known[arch]


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
        Options of the network, or its name (one of `keras_stem.choices.ARCHITECTURES`) for the defaults.
    input_shape
        (H, W, 1).
    outputs
        Numbers to predict; those of a rotation by default, as the default recipe trains them.
    precision
        "float32", or "bfloat16" or "float16" for activations; weights and the head stay in float32.

    Returns
    -------
    keras.Model
        From patterns in [0, 1], (B, H, W, 1), to (B, outputs); polar to (B, azimuths, outputs).

    Raises
    ------
    KerasStemError
        If there is no such architecture or the input does not fit it.
    """
    config = config_class(network)() if isinstance(network, str) else network
    # keras.applications takes no policy, and follows the global one.
    with standard_settings(precision if precision == "float32" else f"mixed_{precision}"):
        return _BUILDERS[type(config)](input_shape, outputs, config)
