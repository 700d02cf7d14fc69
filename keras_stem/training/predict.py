"""Orientations of positions of a scan by a model."""

import numpy as np

from keras_stem.models.orientation_model import OrientationModel
from keras_stem.pipeline.dataset import ordered_patterns
from keras_stem.pipeline.source import PatternSource
from keras_stem.training.callbacks.interrupt import HeedInterrupt
from keras_stem.training.callbacks.progress import ShowPredictions, stopped

PREDICTION_BATCH = 128


def predict(
    model: OrientationModel, source: PatternSource, positions: np.ndarray, verbose: bool = False
) -> np.ndarray:
    """Return the model's Euler angles, shape (n, 3) in radians, of positions, shape (n,), ascending."""
    batches = ordered_patterns(source, positions, PREDICTION_BATCH)
    interrupt = HeedInterrupt()
    progress = ShowPredictions(len(positions), PREDICTION_BATCH)
    with stopped(progress.on_predict_end), interrupt.watching():
        callbacks = [interrupt, *([progress] if verbose else [])]
        return np.asarray(model.predict(batches, verbose=0, callbacks=callbacks))
