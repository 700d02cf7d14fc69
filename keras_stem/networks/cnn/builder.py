"""Builder of the convolutional network."""

import keras
from keras import layers

from keras_stem.errors import KerasStemError
from keras_stem.networks.cnn.options import CNNConfig


def build_cnn(input_shape: tuple[int, int, int], outputs: int, config: CNNConfig) -> keras.Model:
    """Build the CNN.

    Parameters
    ----------
    input_shape
        Shape of the patterns, (H, W, 1), with values from 0 to 1.
    outputs
        Number of outputs.
    config
        Options of the network.

    Returns
    -------
    keras.Model
        Network from (B, H, W, 1) to (B, outputs).

    Raises
    ------
    KerasStemError
        If the patterns are too small for the number of pooling layers.
    """
    if min(input_shape[:2]) < 2 ** len(config.filters):
        raise KerasStemError(
            f"{len(config.filters)} pooling layers are too many for {input_shape[0]} x {input_shape[1]} "
            "pixels."
        )
    patterns = keras.Input(input_shape)
    x = patterns
    for number, filters in enumerate(config.filters):
        name = f"conv_{number}"
        x = layers.Conv2D(filters, config.kernel_size, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    for number, width in enumerate(config.widths):
        x = layers.Dense(width, activation="relu", name=f"dense_{number}")(x)
    return keras.Model(patterns, layers.Dense(outputs, dtype="float32", name="head")(x), name="cnn")
