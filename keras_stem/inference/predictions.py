"""What a model says of patterns."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from keras_stem.inference.blocks import batch_size, read_blocks
from keras_stem.models.orientation_model import OrientationModel
from keras_stem.networks.settings import standard_settings
from keras_stem.pipeline.source import PatternSource


@dataclass(frozen=True)
class Predictions:
    """What a model says of n patterns, all in radians.

    Parameters
    ----------
    euler
        Bunge Euler angles, shape (n, 3).
    spread
        Grows with the error that is to be expected, shape (n,); None where the head does not tell.
    runners_up
        Euler angles of other orientations that are possible, shape (n, k, 3); None where there is one only.
    """

    euler: np.ndarray
    spread: np.ndarray | None = None
    runners_up: np.ndarray | None = None

    def __getitem__(self, chosen: slice | np.ndarray) -> "Predictions":
        """Return the predictions of some of the patterns."""
        return Predictions(*(None if values is None else values[chosen] for values in self._values))

    @property
    def _values(self) -> tuple[np.ndarray | None, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))

    @classmethod
    def joined(cls, parts: Sequence["Predictions"]) -> "Predictions":
        """Return the predictions of several blocks as one."""
        columns = zip(*(part._values for part in parts), strict=True)
        return cls(*(None if column[0] is None else np.concatenate(column) for column in columns))


def predict(
    model: OrientationModel, source: PatternSource, positions: np.ndarray, verbose: bool = False
) -> Predictions:
    """Return what the model says of positions, shape (n,), ascending."""
    blocks = read_blocks(source, positions, "Predicting", verbose)
    return Predictions.joined([predict_block(model, patterns) for _, patterns in blocks])


@standard_settings()
def predict_block(model: OrientationModel, patterns: np.ndarray) -> Predictions:
    """Return what the model says of patterns in memory.

    Parameters
    ----------
    model
        The model.
    patterns
        Shape (n, H, W), counts.
    """
    size = batch_size(patterns.shape[1:])
    parts = [
        _predicted(model, patterns[first : first + size], size) for first in range(0, len(patterns), size)
    ]
    return Predictions.joined(parts)


def _predicted(model: OrientationModel, patterns: np.ndarray, size: int) -> Predictions:
    counts = patterns[..., None].astype(np.float32)
    missing = size - len(counts)
    # All batches have one size, for which the backend compiles once.
    counts = np.concatenate([counts, np.repeat(counts[-1:], missing, axis=0)]) if missing else counts
    found = model.predict_on_batch(counts)
    names = {field.name for field in fields(Predictions)}
    return Predictions(
        **{name: np.asarray(values)[: len(patterns)] for name, values in found.items() if name in names}
    )
