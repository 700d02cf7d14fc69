"""Attention windows of the Swin transformer."""

from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

MASKED = -100.0
"""Attention bias between tokens that are not neighbours, as in the reference implementations."""


@dataclass(frozen=True)
class Windows:
    """Partition of a feature map of tokens into windows.

    It follows timm's `swin_transformer`, for compatibility with its weights: the map is rolled by the shift,
    then padded with zeros at the lower right to whole windows. In shifted windows, tokens that were not
    neighbours before the roll are masked.

    Parameters
    ----------
    shape
        Rows and columns of the feature map.
    size
        Rows and columns of a window, not larger than the map.
    shift
        Rows and columns by which the map is rolled up and left.

    References
    ----------
    Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", ICCV 2021.
    """

    shape: tuple[int, int]
    size: tuple[int, int]
    shift: tuple[int, int]

    @classmethod
    def fit(cls, shape: tuple[int, int], window: int, shifted: bool) -> "Windows":
        """Return the windows of a map; along sides smaller than the window, it shrinks and is not shifted."""
        rows, columns = shape
        size = min(rows, window), min(columns, window)
        shift = tuple(window // 2 if shifted and side > window else 0 for side in shape)
        return cls((rows, columns), size, (shift[0], shift[1]))

    @property
    def padded(self) -> tuple[int, int]:
        """Rows and columns of the map after padding to whole windows."""
        rows, columns = self.grid
        return rows * self.size[0], columns * self.size[1]

    @property
    def grid(self) -> tuple[int, int]:
        """Number of windows along the rows and columns of the map."""
        (rows, columns), (height, width) = self.shape, self.size
        return -(-rows // height), -(-columns // width)

    @property
    def number(self) -> int:
        """Number of windows."""
        return self.grid[0] * self.grid[1]

    @property
    def tokens(self) -> int:
        """Number of tokens in a window."""
        return self.size[0] * self.size[1]

    @property
    def relative_positions(self) -> int:
        """Number of distinct relative positions of two tokens in a window."""
        return (2 * self.size[0] - 1) * (2 * self.size[1] - 1)

    def divide(self, tokens) -> keras.KerasTensor:
        """Partition a map (B, rows, columns, C) into n windows of T tokens, (B, T, n, C)."""
        channels = tokens.shape[-1]
        if any(self.shift):
            tokens = ops.roll(tokens, (-self.shift[0], -self.shift[1]), axis=(1, 2))
        if self.padded != self.shape:
            missing = [(0, full - side) for full, side in zip(self.padded, self.shape, strict=True)]
            tokens = ops.pad(tokens, [(0, 0), *missing, (0, 0)])
        (rows, columns), (height, width) = self.grid, self.size
        tokens = ops.reshape(tokens, (-1, rows, height, columns, width, channels))
        tokens = ops.transpose(tokens, (0, 2, 4, 1, 3, 5))
        return ops.reshape(tokens, (-1, self.tokens, rows * columns, channels))

    def unite(self, windows) -> keras.KerasTensor:
        """Merge windows (B, T, n, C) to the map (B, rows, columns, C), as the inverse of `divide`."""
        channels = windows.shape[-1]
        (rows, columns), (height, width) = self.grid, self.size
        tokens = ops.reshape(windows, (-1, height, width, rows, columns, channels))
        tokens = ops.transpose(tokens, (0, 3, 1, 4, 2, 5))
        tokens = ops.reshape(tokens, (-1, *self.padded, channels))
        if self.padded != self.shape:
            tokens = tokens[:, : self.shape[0], : self.shape[1]]
        if any(self.shift):
            tokens = ops.roll(tokens, self.shift, axis=(1, 2))
        return tokens

    def relative_index(self) -> np.ndarray:
        """Return the row in the bias table for each pair of tokens, by relative position, shape (T * T,)."""
        rows, columns = (axis.ravel() for axis in np.indices(self.size))
        down = rows[:, None] - rows + self.size[0] - 1
        right = columns[:, None] - columns + self.size[1] - 1
        return (down * (2 * self.size[1] - 1) + right).ravel().astype("int32")

    def mask(self) -> np.ndarray:
        """Return the additive attention mask of the windows, shape (n, T, T)."""
        if not any(self.shift):
            return np.zeros((self.number, self.tokens, self.tokens), "float32")
        regions = [
            np.digitize(np.arange(side), [side - window, side - shift])
            for side, window, shift in zip(self.padded, self.size, self.shift, strict=True)
        ]
        region = 3 * regions[0][:, None] + regions[1]
        (rows, columns), (height, width) = self.grid, self.size
        region = region.reshape(rows, height, columns, width).transpose(0, 2, 1, 3)
        region = region.reshape(self.number, self.tokens)
        return np.where(region[:, :, None] == region[:, None, :], 0.0, MASKED).astype("float32")
