"""The convolutional network of the paper."""

from dataclasses import dataclass
from typing import ClassVar

import keras
from keras import layers

from keras_stem.errors import KerasStemError


@dataclass(frozen=True)
class CNNConfig:
    """Options of the CNN (defaults: the best of Wissel et al.; the paper does not give filters and widths).

    Parameters
    ----------
    filters
        Filters of each convolution; each is followed by ReLU and 2 x 2 max pooling. The paper studied two
        and four convolutions.
    kernel_size
        Side of the kernels; the paper studied 3, 7, 13, 19, 25 and 31.
    widths
        Units of the fully connected layers before the last, which has one for each output.
    """

    arch: ClassVar[str] = "cnn"

    filters: tuple[int, ...] = (32, 64)
    kernel_size: int = 3
    widths: tuple[int, ...] = (128, 64)

    def __post_init__(self):
        if not self.filters or min(*self.filters, *self.widths, self.kernel_size) < 1:
            raise KerasStemError(f"Expected positive filters, widths and kernel size, found {self}.")


def build_cnn(input_shape: tuple[int, int, int], outputs: int, config: CNNConfig) -> keras.Model:
    """Build the CNN.

    Parameters
    ----------
    input_shape
        (H, W, 1); values from 0 to 1.
    outputs
        Numbers to predict.
    config
        Options.

    Returns
    -------
    keras.Model
        (B, H, W, 1) to (B, outputs).
    """
    if min(input_shape[:2]) < 2 ** len(config.filters):
        raise KerasStemError(
            f"{len(config.filters)} poolings are too many for {input_shape[0]} x {input_shape[1]} pixels."
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
