"""Weight files."""

import math
from pathlib import Path

import keras

from keras_stem.files import complete_file, require_room

VARIABLE_BYTES = 8192
"""Upper bound of the overhead of HDF5 and Keras per variable (bytes)."""


def save_weights(model: keras.Model, path: Path) -> None:
    """Write the weights of a model and of its optimizer to a file atomically.

    Raises
    ------
    KerasStemError
        If the file cannot be written.
    """
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.variables, *(optimizer.variables if optimizer else ())]
    with complete_file(path) as partial:
        require_room(partial, sum(4 * math.prod(one.shape) + VARIABLE_BYTES for one in variables))
        model.save_weights(partial)
