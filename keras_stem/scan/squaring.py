"""Detector pixels that are not square, resampled to squares."""

import numpy as np

from keras_stem.scan.detector import Detector


class Squaring:
    """Resamples the axis with the shorter side of the pixels to the longer side.

    Each new pixel is the sum of the shares of the old ones that it covers, so that no count is lost but at
    the edges, and the middle stays the middle.

    Parameters
    ----------
    shape
        Rows and columns of the detector.
    sides
        Height and width of a pixel, Å⁻¹.
    """

    def __init__(self, shape: tuple[int, int], sides: tuple[float, float]):
        pixel = max(sides)
        self._weights = [_shares(size, side / pixel) for size, side in zip(shape, sides, strict=True)]
        self.detector = Detector(tuple(len(weights) for weights in self._weights), pixel)

    def apply(self, patterns: np.ndarray) -> np.ndarray:
        """Return patterns, shape (n, H, W), as the new detector has them, float32."""
        along_rows, along_columns = self._weights
        return (along_rows @ patterns.astype(np.float64) @ along_columns.T).astype(np.float32)


def _shares(size: int, side: float) -> np.ndarray:
    """Return how much of each of the pixels of some side each pixel of side 1 covers, (new, size)."""
    count = max(int(np.floor(size * side + 1e-6)), 1)
    edges = (np.arange(size + 1) - size / 2) * side
    new_edges = np.arange(count + 1) - count / 2
    low = np.maximum(edges[None, :-1], new_edges[:-1, None])
    high = np.minimum(edges[None, 1:], new_edges[1:, None])
    return np.maximum(high - low, 0) / side
