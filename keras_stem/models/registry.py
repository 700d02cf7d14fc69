"""The networks by name."""

from collections.abc import Callable
from typing import Any

import keras

from keras_stem.errors import KerasStemError
from keras_stem.models.cnn import CNNConfig, build_cnn

Builder = Callable[[tuple[int, int, int], int, Any], keras.Model]

_BUILDERS: dict[str, tuple[type, Builder]] = {"cnn": (CNNConfig, build_cnn)}


def build_model(
    name: str, input_shape: tuple[int, int, int], outputs: int, config: Any | None = None
) -> keras.Model:
    """Build a network.

    Parameters
    ----------
    name
        One of `keras_stem.choices.ARCHITECTURES`.
    input_shape
        (H, W, 1).
    outputs
        Numbers to predict.
    config
        Options of that architecture; its defaults when None.

    Returns
    -------
    keras.Model
        From patterns in [0, 1], (B, H, W, 1), to (B, outputs).

    Raises
    ------
    KerasStemError
        If there is no such architecture or the input does not fit it.
    """
    if name not in _BUILDERS:
        raise KerasStemError(f"Expected an architecture out of {', '.join(_BUILDERS)}, found {name!r}.")
    config_class, builder = _BUILDERS[name]
    return builder(input_shape, outputs, config or config_class())
