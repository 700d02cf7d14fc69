"""A registered model as MLflow's ``python_function``: patterns in, a table out.

MLflow imports this module when it loads such a model, from the copy of the package that the model carries.
"""

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from keras_stem.errors import KerasStemError
from keras_stem.inference.blocks import read_blocks
from keras_stem.inference.steps import Answers, InferenceSteps
from keras_stem.models.orientation_model import OrientationModel, load_keras_file
from keras_stem.pipeline.source import ArraySource
from keras_stem.scan.values import reading_type, require_finite

INPUT = "patterns"
"""Name of the input."""

COLUMNS = ("phi1", "Phi", "phi2", "uncertainty", "reliability")
"""Numbers in the table; then comes the phase."""

_EXACT = (np.dtype(np.uint8), np.dtype(np.uint16))
"""Types that patterns keep; others become float32, which the network computes with."""


class PatternModel:
    """Predicts orientations of patterns.

    Parameters
    ----------
    model
        The model.
    """

    def __init__(self, model: OrientationModel):
        self._model = model
        self._steps = InferenceSteps(model)
        # A server calls from several threads, and numba's parallel loops may not run twice at once.
        self._one_at_a_time = Lock()

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return the orientations of patterns, as ``kstem map`` predicts them without refinement.

        Parameters
        ----------
        data
            Patterns (n, H, W) or (n, H, W, 1) of the shape and pixel size that the model was trained with,
            counts of any numeric type; or a dictionary with them as "patterns".
        params
            Not used.

        Returns
        -------
        pandas.DataFrame
            Of n rows: Bunge Euler angles "phi1", "Phi", "phi2" (deg); "uncertainty", below which the error
            is with 68 % (deg), and "reliability" (0 to 100), which are NaN where the model cannot tell;
            "phase".

        Raises
        ------
        KerasStemError
            If the patterns have another shape, are no numbers, or not finite.
        """
        patterns = self._patterns(data[INPUT] if isinstance(data, dict) else data)
        with self._one_at_a_time:
            blocks = read_blocks(ArraySource(patterns), np.arange(len(patterns)))
            answers = Answers.joined([self._steps(block) for _, block in blocks])
        table = dict(zip(COLUMNS, np.rad2deg(answers.euler).T.astype(float), strict=False))
        table |= {name: answers.properties.get(name, np.nan) for name in COLUMNS[3:]}
        phase = self._model.card.phase["name"]
        return pd.DataFrame({**table, "phase": phase}, index=np.arange(len(patterns)))

    def _patterns(self, data: Any) -> np.ndarray:
        """Return patterns, shape (n, H, W), in a type that the network takes."""
        height, width = self._model.card.detector_shape
        patterns = np.asarray(data)
        if patterns.shape[1:] == (height, width, 1):
            patterns = patterns[..., 0]
        if patterns.shape[1:] != (height, width) or not len(patterns):
            raise KerasStemError(
                f"Expected patterns of shape (n, {height}, {width}), found an array of {patterns.shape}."
            )
        if patterns.dtype == object:  # as a server makes it of JSON
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
    """Return the model in the folder of its data; MLflow calls this."""
    return PatternModel(load_keras_file(Path(path) / "model.keras"))
