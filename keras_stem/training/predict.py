"""Orientations of positions of a scan by a model."""

import math
from dataclasses import dataclass

import numpy as np

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.networks.settings import standard_settings
from keras_stem.pipeline.dataset import ordered_patterns
from keras_stem.pipeline.source import PatternSource
from keras_stem.training.callbacks.interrupt import HeedInterrupt
from keras_stem.training.callbacks.progress import ShowPredictions, stopped

BATCH, SMALL_BATCH = 128, 256
"""Patterns that are predicted at once; those of up to 64 x 64 pixels cost less each in a larger batch."""


@dataclass(frozen=True)
class Predictions:
    """What a model says of n patterns, all in radians.

    Parameters
    ----------
    euler
        Bunge Euler angles, shape (n, 3).
    spread
        Grows with the error that is to be expected, shape (n,); None where the target does not tell.
    runners_up
        Euler angles of other answers that are possible, shape (n, k, 3); None where there is one answer only.
    """

    euler: np.ndarray
    spread: np.ndarray | None = None
    runners_up: np.ndarray | None = None


@standard_settings()
def predict(
    model: OrientationModel, source: PatternSource, positions: np.ndarray, verbose: bool = False
) -> Predictions:
    """Return what the model says of positions, shape (n,), ascending."""
    batch = SMALL_BATCH if math.prod(source.shape) <= 64 * 64 else BATCH
    interrupt, progress = HeedInterrupt(), ShowPredictions(len(positions), batch)
    with stopped(progress.on_predict_end), interrupt.watching():
        batches = ordered_patterns(source, positions, batch)
        callbacks = [interrupt, *([progress] if verbose else [])]
        found = model.predict(batches, verbose=0, callbacks=callbacks)
    return Predictions(**{name: np.asarray(values) for name, values in found.items()})
