"""Layers of the polar network: polar sampling of patterns, and circular convolution along the azimuth."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="keras_stem")
class PolarSampling(layers.Layer):
    """Resampling of patterns (B, H, W, 1) to a polar grid (B, azimuths, radii) with equal steps.

    The interpolation is bilinear. The radii extend from the first circle to the nearest edge of the detector;
    the azimuth runs counter-clockwise from x, as in `keras_stem.scan.detector`.

    Parameters
    ----------
    radii, azimuths
        Number of circles, and number of samples on each.
    inner
        Radius of the first circle relative to that of the last.
    """

    def __init__(self, radii: int, azimuths: int, inner: float, **kwargs):
        super().__init__(**kwargs)
        self.radii, self.azimuths, self.inner = radii, azimuths, inner

    def build(self, input_shape) -> None:  # noqa: D102
        height, width = input_shape[1:3]
        outer = (min(height, width) - 1) / 2
        radius = np.linspace(self.inner * outer, outer, self.radii)
        angle = 2 * np.pi * np.arange(self.azimuths) / self.azimuths
        row = (height - 1) / 2 - np.outer(np.sin(angle), radius)
        column = (width - 1) / 2 + np.outer(np.cos(angle), radius)
        self._places, self._weights = _bilinear(row, column, height, width)
        super().build(input_shape)

    def call(self, patterns) -> keras.KerasTensor:  # noqa: D102
        # With the pixel axis first, whole rows are gathered, which is several times faster.
        pixels = ops.transpose(ops.reshape(patterns, (-1, patterns.shape[1] * patterns.shape[2])))
        corners = [
            ops.take(pixels, place, axis=0) * ops.cast(weight[:, None], pixels.dtype)
            for place, weight in zip(self._places, self._weights, strict=True)
        ]
        return ops.reshape(ops.transpose(sum(corners)), (-1, self.azimuths, self.radii))

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:  # noqa: D102
        return (input_shape[0], self.azimuths, self.radii)

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        own = {"radii": self.radii, "azimuths": self.azimuths, "inner": self.inner}
        return {**super().get_config(), **own}


def _bilinear(row: np.ndarray, column: np.ndarray, height: int, width: int):
    """Return the indices of the four pixels around each point and their weights, both of shape (4, n)."""
    top = np.clip(np.floor(row), 0, height - 2).astype("int32")
    left = np.clip(np.floor(column), 0, width - 2).astype("int32")
    down, right = row - top, column - left
    places = [(top + i) * width + left + j for i in (0, 1) for j in (0, 1)]
    weights = [a * b for a in (1 - down, down) for b in (1 - right, right)]
    return (
        np.stack(places).reshape(4, -1).astype("int32"),
        np.stack(weights).reshape(4, -1).astype("float32"),
    )


@keras.saving.register_keras_serializable(package="keras_stem")
class CircularConv(layers.Dense):
    """Circular convolution of (B, azimuths, C) along the azimuth with three taps.

    It is computed as a single matrix product, which is faster on a CPU than a dilated convolution.

    Parameters
    ----------
    units
        Number of output channels.
    dilation
        Dilation, that is, the distance of the taps in azimuths.
    """

    def __init__(self, units, dilation: int = 1, **kwargs):
        super().__init__(units, **kwargs)
        self.dilation = dilation

    def build(self, input_shape) -> None:  # noqa: D102
        super().build((*input_shape[:-1], 3 * input_shape[-1]))
        self.input_spec = None

    def call(self, inputs) -> keras.KerasTensor:  # noqa: D102
        taps = [ops.roll(inputs, shift, axis=1) for shift in (self.dilation, 0, -self.dilation)]
        return super().call(ops.concatenate(taps, axis=-1))

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        return {**super().get_config(), "dilation": self.dilation}


@keras.saving.register_keras_serializable(package="keras_stem")
class Halve(layers.Layer):
    """Layer that concatenates pairs of adjacent azimuths, (B, azimuths, C) to (B, azimuths / 2, 2 C)."""

    def call(self, inputs) -> keras.KerasTensor:  # noqa: D102
        _, azimuths, channels = inputs.shape
        return ops.reshape(inputs, (-1, azimuths // 2, 2 * channels))
