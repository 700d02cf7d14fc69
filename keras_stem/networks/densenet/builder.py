"""Builder of DenseNet-121, from keras.applications."""

import keras
from keras import layers

# The function behind keras.applications.DenseNet121, which has no argument for the numbers of blocks.
from keras.src.applications.densenet import DenseNet

from keras_stem.errors import KerasStemError
from keras_stem.networks.densenet.batch_norm import FusedBatchNormalization
from keras_stem.networks.densenet.options import DenseNetConfig

MOMENTUM = 0.9
"""Momentum of the moving statistics, as in the original DenseNet. With the default of Keras, 0.99, they lag
behind by hundreds of steps, whereas an epoch of a scan has a few dozen, so that a well-trained network would
score poorly on DS_Val."""

MIN_PIXELS = 32
"""Smallest side of the patterns (pixels), which five halvings reduce to one pixel."""


def build_densenet(input_shape: tuple[int, int, int], outputs: int, config: DenseNetConfig) -> keras.Model:
    """Build a DenseNet with one linear layer as its head.

    Parameters
    ----------
    input_shape
        Shape of the patterns, (H, W, C), at least 32 x 32 pixels, with values from 0 to 1.
    outputs
        Number of outputs.
    config
        Options of the network.

    Returns
    -------
    keras.Model
        Network from (B, H, W, C) to (B, outputs).

    Raises
    ------
    KerasStemError
        If the patterns are too small.

    References
    ----------
    Huang et al., "Densely Connected Convolutional Networks", CVPR 2017.
    """
    if min(input_shape[:2]) < MIN_PIXELS:
        raise KerasStemError(
            f"Expected patterns of at least {MIN_PIXELS} x {MIN_PIXELS} pixels for DenseNet, "
            f"found {input_shape[0]} x {input_shape[1]}."
        )
    body = DenseNet(list(config.blocks), include_top=False, weights=None, input_shape=input_shape)
    body = keras.models.clone_model(body, clone_function=_with_fused_normalization)
    x = layers.GlobalAveragePooling2D(dtype="float32", name="pool")(body.output)
    return keras.Model(body.input, layers.Dense(outputs, dtype="float32", name="head")(x), name="densenet")


def _with_fused_normalization(layer: layers.Layer) -> layers.Layer:
    if isinstance(layer, layers.BatchNormalization):
        return FusedBatchNormalization.from_config({**layer.get_config(), "momentum": MOMENTUM})
    return type(layer).from_config(layer.get_config())
