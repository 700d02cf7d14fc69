"""Resampling of non-square detector pixels to square ones."""

import numpy as np

from keras_stem.instrument.detector import Detector


class Squaring:
    """Resampling of the detector axis with the shorter pixel side to the longer side.

    Each new pixel is the area-weighted sum of the old pixels that it covers, so that counts are lost only at
    the edges, and the detector centre is preserved.

    Parameters
    ----------
    shape
        Rows and columns of the detector.
    sides
        Height and width of a pixel (1/Å).
    """

    def __init__(self, shape: tuple[int, int], sides: tuple[float, float]):
        pixel = max(sides)
        self._weights = [_shares(size, side / pixel) for size, side in zip(shape, sides, strict=True)]
        self.detector = Detector(tuple(len(weights) for weights in self._weights), pixel)

    def apply(self, patterns: np.ndarray) -> np.ndarray:
        """Return patterns, shape (n, H, W), resampled to the new detector, float32."""
        along_rows, along_columns = self._weights
        return (along_rows @ patterns.astype(np.float64) @ along_columns.T).astype(np.float32)


def _shares(size: int, side: float) -> np.ndarray:
    """Return the fraction of each old pixel, of a given side, covered by each new pixel of side 1.

    The shape is (new, size).
    """
    count = max(int(np.floor(size * side + 1e-6)), 1)
    edges = (np.arange(size + 1) - size / 2) * side
    new_edges = np.arange(count + 1) - count / 2
    low = np.maximum(edges[None, :-1], new_edges[:-1, None])
    high = np.minimum(edges[None, 1:], new_edges[1:, None])
    return np.maximum(high - low, 0) / side
