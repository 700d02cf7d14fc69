"""MLflow ``python_function`` flavour of a registered model, from patterns to a table.

MLflow imports this module when it loads such a model, from the copy of the package in the model.
"""

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from keras_stem.errors import KerasStemError
from keras_stem.inference.blocks import map_blocks
from keras_stem.inference.steps import Answers, InferenceSteps
from keras_stem.models.orientation_model import OrientationModel, load_keras_file
from keras_stem.pipeline.source import ArraySource
from keras_stem.scan.values import reading_type, require_finite

INPUT = "patterns"
"""Name of the input in the signature."""

COLUMNS = ("phi1", "Phi", "phi2", "uncertainty", "reliability")
"""Numeric columns of the table, which are followed by the phase."""

_EXACT = (np.dtype(np.uint8), np.dtype(np.uint16))
"""Types of patterns that are not converted; all others are converted to float32, the network's type."""


class PatternModel:
    """MLflow model that predicts the orientations of patterns.

    Parameters
    ----------
    model
        Orientation model.
    """

    def __init__(self, model: OrientationModel):
        self._model = model
        self._steps = InferenceSteps(model)
        # A server calls from several threads, but numba's parallel loops must not run concurrently.
        self._one_at_a_time = Lock()

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Predict the orientations of patterns, as ``kstem map`` does without refinement.

        Parameters
        ----------
        data
            Patterns in counts of any numeric type, shape (n, H, W) or (n, H, W, 1), with the shape and pixel
            size of the training patterns; or a dictionary with them under "patterns".
        params
            Unused.

        Returns
        -------
        pandas.DataFrame
            Table of n rows with the Bunge Euler angles "phi1", "Phi", "phi2" (degrees); "uncertainty", the
            68 % bound of the error (degrees), and "reliability" (0 to 100), which are NaN if the model does
            not provide them; and "phase".

        Raises
        ------
        KerasStemError
            If the patterns have a wrong shape, are not numeric, or not finite.
        """
        patterns = self._patterns(data[INPUT] if isinstance(data, dict) else data)
        with self._one_at_a_time:
            positions = np.arange(len(patterns))
            blocks = map_blocks(lambda _, block: self._steps(block), ArraySource(patterns), positions)
        answers = Answers.joined(blocks)
        table = dict(zip(COLUMNS, np.rad2deg(answers.euler).T.astype(float), strict=False))
        table |= {name: answers.properties.get(name, np.nan) for name in COLUMNS[3:]}
        phase = self._model.card.phase["name"]
        return pd.DataFrame({**table, "phase": phase}, index=positions)

    def _patterns(self, data: Any) -> np.ndarray:
        """Return the patterns, shape (n, H, W), in a type that the network accepts."""
        height, width = self._model.card.detector_shape
        patterns = np.asarray(data)
        if patterns.shape[1:] == (height, width, 1):
            patterns = patterns[..., 0]
        if patterns.shape[1:] != (height, width) or not len(patterns):
            raise KerasStemError(
                f"Expected patterns of shape (n, {height}, {width}), found an array of {patterns.shape}."
            )
        if patterns.dtype == object:  # as an MLflow server passes JSON
            patterns = _numbers(patterns)
        dtype = reading_type(patterns.dtype)
        patterns = patterns.astype(dtype if dtype in _EXACT else np.float32, copy=False)
        require_finite(patterns, lambda number: f"pattern {number}")
        return patterns


def _numbers(objects: np.ndarray) -> np.ndarray:
    try:
        return objects.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise KerasStemError(f"Expected patterns of numbers, found other values: {error}.") from error


def _load_pyfunc(path: str) -> PatternModel:
    """Load the model from its data folder; MLflow calls this function."""
    return PatternModel(load_keras_file(Path(path) / "model.keras"))
