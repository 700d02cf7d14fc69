"""Duration of a training, extrapolated from a few of its steps."""

import time

import tensorflow as tf

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.networks.settings import standard_settings
from keras_stem.training.assemble import assemble, head_of
from keras_stem.training.data import TrainingData
from keras_stem.training.epochs import batches_of, compile_model
from keras_stem.training.recipe import Recipe

_MEASURED_SECONDS = 4.0
"""Time for which steps are measured."""


@standard_settings()
def seconds_per_epoch(data: TrainingData, recipe: Recipe) -> float:
    """Return the duration of an epoch without validation, in seconds, extrapolated from a few steps.

    Parameters
    ----------
    data, recipe
        Training data and recipe.

    Raises
    ------
    KerasStemError
        If patterns cannot be read.
    """
    head = head_of(recipe, data.symmetry)
    with data.plain_errors():
        model = assemble(data, recipe, head)
        batches, _ = batches_of(data, recipe, head)
        steps = int(batches.cardinality())
        compile_model(model, head, recipe, steps)
        _duration(model, batches, 1)  # the first step is compiled
        first = _duration(model, batches, 1)  # with the start of the data
        further = min(steps - 1, 1 + int(_MEASURED_SECONDS / first))
        if not further:
            return first
        return first + max(_duration(model, batches, 1 + further) - first, 0.0) / further * (steps - 1)


def _duration(model: OrientationModel, batches: tf.data.Dataset, steps: int) -> float:
    start = time.perf_counter()
    model.encoder.fit(batches.take(steps), shuffle=False, verbose=0)
    return time.perf_counter() - start
