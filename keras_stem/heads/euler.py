"""The three Bunge Euler angles, as in the paper."""

import keras
import numpy as np
from keras import ops

from keras_stem.crystal.euler import euler_ranges, reduce_euler
from keras_stem.crystal.rotation_ops import matrices_of_bunge
from keras_stem.crystal.rotations import from_matrices
from keras_stem.heads.head import Decoder, Head


@keras.saving.register_keras_serializable(package="keras_stem")
class EulerDecoder(Decoder):
    """Normalised Euler angles (B, 3) to Bunge Euler angles.

    Predictions a little outside the fundamental region stay there: -3 deg is as good an angle as 357, and
    nearer to a label of 2.

    Parameters
    ----------
    ranges
        Upper bounds of phi1, Phi and phi2 in the Euler fundamental region, radians.
    """

    def __init__(self, ranges: list[float], **kwargs):
        super().__init__(**kwargs)
        self.ranges = [float(bound) for bound in ranges]

    def call(self, normalised):  # noqa: D102
        return {"euler": ops.cast(normalised, "float32") * ops.array(self.ranges, "float32")}

    def candidates(self, outputs):
        """Return the one orientation of each pattern, (B, 1, 3, 3), with the weight 1."""
        matrices = matrices_of_bunge(self(outputs)["euler"])[:, None]
        return matrices, ops.ones_like(matrices[..., 0, 0])

    def get_config(self):  # noqa: D102
        return {**super().get_config(), "ranges": self.ranges}


class EulerHead(Head):
    """The three Bunge Euler angles in the Euler fundamental region, each divided by its range.

    The angles jump at the edges of the region: orientations that differ by little lie at opposite ends. The
    loss is Huber's, as in Wissel et al.
    """

    name = target = "euler"
    heeds = frozenset({"clamp"})
    streamed = False  # orix brings angles into the fundamental region at some thousands a second
    size = 3

    @property
    def _ranges(self) -> np.ndarray:
        return euler_ranges(self.symmetries[0])

    def encode(self, matrices: np.ndarray, phases: np.ndarray | None = None) -> np.ndarray:
        """Return numbers from 0 to 1, shape (n, 3), of orientations, shape (n, 3, 3)."""
        return reduce_euler(from_matrices(matrices), self.symmetries[0]) / self._ranges

    def decoder(self) -> EulerDecoder:
        """Return the layer from normalised to Bunge Euler angles."""
        return EulerDecoder(self._ranges.tolist(), name="decoder")

    def loss(self) -> keras.losses.Loss:
        """Return Huber's loss."""
        return keras.losses.Huber()

    def last_layers(self) -> list[keras.layers.Layer]:
        """Return the layer that clamps predictions to the physical range, if it is asked for."""
        return [keras.layers.ReLU(max_value=1.0, name="clamp")] if self.settings.clamp else []
