"""Predictions of a model for patterns."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from keras_stem.inference.blocks import batch_size, map_blocks
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.networks.settings import standard_settings
from keras_stem.pipeline.source import PatternSource


@dataclass(frozen=True)
class Predictions:
    """Predictions of a model for n patterns; all angles are in radians.

    Parameters
    ----------
    euler
        Bunge Euler angles, shape (n, 3).
    spread
        Measure of the expected error, shape (n,); None if the head does not provide it.
    runners_up
        Bunge Euler angles of alternative orientations, shape (n, k, 3); None if the head has only one
        candidate per pattern.
    """

    euler: np.ndarray
    spread: np.ndarray | None = None
    runners_up: np.ndarray | None = None

    def __getitem__(self, chosen: slice | np.ndarray) -> "Predictions":
        """Return the predictions for a subset of the patterns."""
        return Predictions(**{name: values[chosen] for name, values in self._known.items()})

    @property
    def _known(self) -> dict[str, np.ndarray]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def joined(cls, parts: Sequence["Predictions"]) -> "Predictions":
        """Concatenate the predictions of several blocks."""
        names = parts[0]._known
        return cls(**{name: np.concatenate([part._known[name] for part in parts]) for name in names})


def predict(
    model: OrientationModel, source: PatternSource, positions: np.ndarray, verbose: bool = False
) -> Predictions:
    """Predict the orientations at positions of a source.

    Parameters
    ----------
    model
        Orientation model.
    source
        Source from which the patterns are read.
    positions
        Positions in the source, ascending, shape (n,).
    verbose
        Whether to show progress.
    """

    def step(block: slice, patterns: np.ndarray) -> Predictions:
        return predict_block(model, patterns)

    return Predictions.joined(map_blocks(step, source, positions, "Predicting", verbose))


@standard_settings()
def predict_block(model: OrientationModel, patterns: np.ndarray) -> Predictions:
    """Predict the orientations of patterns in memory.

    Parameters
    ----------
    model
        Orientation model.
    patterns
        Patterns in counts, shape (n, H, W).
    """
    size = batch_size(patterns.shape[1:])
    parts = [
        _predicted(model, patterns[first : first + size], size) for first in range(0, len(patterns), size)
    ]
    return Predictions.joined(parts)


def _predicted(model: OrientationModel, patterns: np.ndarray, size: int) -> Predictions:
    counts = patterns[..., None].astype(np.float32)
    missing = size - len(counts)
    # All batches have the same size, so that the backend compiles only once.
    counts = np.concatenate([counts, np.repeat(counts[-1:], missing, axis=0)]) if missing else counts
    found = model.predict_on_batch(counts)
    names = {field.name for field in fields(Predictions)}
    return Predictions(
        **{name: np.asarray(values)[: len(patterns)] for name, values in found.items() if name in names}
    )
