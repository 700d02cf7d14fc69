"""Euler head: the three Bunge Euler angles, as in the paper."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.euler import euler_ranges, fundamental_euler
from keras_stem.crystal.rotation_ops import matrices_of_bunge
from keras_stem.heads.head import Decoder, Head


@keras.saving.register_keras_serializable(package="keras_stem")
class EulerDecoder(Decoder):
    """Decoder from normalised Euler angles (B, 3) to Bunge Euler angles.

    Predictions slightly outside the fundamental region are not wrapped: -3 degrees is equivalent to 357
    degrees, and closer to a label of 2 degrees.

    Parameters
    ----------
    ranges
        Upper bounds of phi1, Phi and phi2 in the Euler fundamental region (radians).
    """

    def __init__(self, ranges: list[float], **kwargs):
        super().__init__(**kwargs)
        self.ranges = [float(bound) for bound in ranges]

    def call(self, normalised) -> dict[str, keras.KerasTensor]:  # noqa: D102
        return {"euler": ops.cast(normalised, "float32") * ops.array(self.ranges, "float32")}

    def candidates(self, outputs) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the single orientation of each pattern, (B, 1, 3, 3), with weight 1."""
        matrices = matrices_of_bunge(self(outputs)["euler"])[:, None]
        return matrices, ops.ones_like(matrices[..., 0, 0])

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        return {**super().get_config(), "ranges": self.ranges}


class EulerHead(Head):
    """Head for the three Bunge Euler angles in the Euler fundamental region, each divided by its range.

    The angles are discontinuous at the boundary of the region, where similar orientations can lie at opposite
    ends. The loss is the Huber loss, as in Wissel et al.
    """

    name = target = "euler"
    heeds = frozenset({"clamp"})
    size = 3

    @property
    def _ranges(self) -> np.ndarray:
        return euler_ranges(self.symmetries[0])

    def encode(self, matrices: np.ndarray, phases: np.ndarray | None = None) -> np.ndarray:
        """Return the normalised Euler angles (0 to 1), shape (n, 3), of orientations, shape (n, 3, 3)."""
        return fundamental_euler(matrices, self.symmetries[0])[0] / self._ranges

    def decoder(self) -> EulerDecoder:
        """Return the decoder from normalised to Bunge Euler angles."""
        return EulerDecoder(self._ranges.tolist(), name="decoder")

    def loss(self) -> keras.losses.Loss:
        """Return the Huber loss."""
        return keras.losses.Huber()

    def last_layers(self) -> list[keras.layers.Layer]:
        """Return the layer that clamps predictions to the physical range, if enabled in the settings."""
        return [keras.layers.ReLU(max_value=1.0, name="clamp")] if self.settings.clamp else []
