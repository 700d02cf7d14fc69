"""Pre-trained DenseNet-121 of keras.applications, whose weight paths equal those of keras_stem."""

from collections.abc import Iterator

import keras


def imagenet() -> keras.Model:
    """Return DenseNet-121 with downloaded weights trained on ImageNet."""
    return keras.applications.DenseNet121(include_top=False, weights="imagenet", input_shape=(224, 224, 3))


def writers() -> Iterator[keras.Model]:
    """Yield the networks of keras.applications that may have written a weights file."""
    for channels in (3, 1):
        yield keras.applications.DenseNet121(
            include_top=False, weights=None, input_shape=(224, 224, channels)
        )
