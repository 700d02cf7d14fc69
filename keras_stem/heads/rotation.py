"""Rotation head: a rotation from two orthonormalised vectors, and its expected error."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from orix.quaternion.symmetry import Symmetry

from keras_stem.choices import ROTATION_SIZE
from keras_stem.crystal.euler import euler_ranges, fundamental_euler
from keras_stem.crystal.rotation_ops import angle_of, fundamental_bunge, orthonormal, squared_chord
from keras_stem.heads.head import Decoder, Head, HeadSettings

ERROR_SHARE = 0.1
"""Weight in the loss of the term for the predicted error, relative to the disorientation."""

SMALLEST_ERROR = 1e-3
"""Offset that is added to an angle before its logarithm (radians)."""


@keras.saving.register_keras_serializable(package="keras_stem")
class RotationDecoder(Decoder):
    """Decoder from two vectors and the logarithm of an error (B, 7) to Euler angles.

    The Euler angles lie in the Euler fundamental region.

    Parameters
    ----------
    operators
        Rotation matrices of the proper point group, shape (n, 3, 3).
    ranges
        Upper bounds of phi1, Phi and phi2 in the Euler fundamental region (radians).
    """

    def __init__(self, operators: list, ranges: list[float], **kwargs):
        super().__init__(**kwargs)
        self.operators = np.asarray(operators, "float32")
        self.ranges = [float(bound) for bound in ranges]

    def call(self, seven) -> dict[str, keras.KerasTensor]:  # noqa: D102
        seven = ops.cast(seven, "float32")
        return {"euler": self._bunge(orthonormal(seven[:, :6])), "spread": ops.exp(seven[:, 6])}

    def candidates(self, outputs) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the single orientation of each pattern, (B, 1, 3, 3), with weight 1."""
        matrices = orthonormal(ops.cast(outputs, "float32")[:, :6])[:, None]
        return matrices, ops.ones_like(matrices[..., 0, 0])

    def _bunge(self, matrices):
        return fundamental_bunge(matrices, self.operators, self.ranges)

    def get_config(self) -> dict[str, Any]:  # noqa: D102
        own = {"operators": self.operators.tolist(), "ranges": self.ranges}
        return {**super().get_config(), **own}


class DisorientationLoss(keras.losses.Loss):
    """Disorientation between predicted and expected rotations as a loss.

    Parameters
    ----------
    operators
        Rotation matrices of the proper point group, shape (n, 3, 3).
    distance
        "geodesic": the disorientation t in radians. "chordal": 1 - cos t, which gives little weight to small
        errors.
    beam_twofold
        Whether the disorientation is taken modulo the 180 degree in-plane ambiguity.
    """

    def __init__(self, operators: np.ndarray, distance: str = "geodesic", beam_twofold: bool = False):
        super().__init__(name=f"{distance}_disorientation")
        self._operators = operators
        self._distance = distance
        self._beam_twofold = beam_twofold

    def call(self, y_true, y_pred) -> keras.KerasTensor:
        """Return the loss (B,) of row-major matrices (B, 9) and predictions (B, 6) or (B, 7).

        The optional seventh output predicts the logarithm of the disorientation. Its loss term does not
        affect the first six outputs, because the gradient through the disorientation is stopped.
        """
        expected = ops.reshape(y_true, (-1, 3, 3))
        squared = squared_chord(orthonormal(y_pred[..., :6]), expected, self._operators, self._beam_twofold)
        loss = squared / 2 if self._distance == "chordal" else angle_of(squared)
        if y_pred.shape[-1] == 6:
            return loss
        angle = ops.log(angle_of(ops.stop_gradient(squared)) + SMALLEST_ERROR)
        return loss + ERROR_SHARE * ops.abs(angle - y_pred[..., 6])


class RotationHead(Head):
    """Head for the continuous 6D representation of rotations: two vectors, orthonormalised by Gram-Schmidt.

    The vectors are two lab directions in the crystal frame. The loss is the smallest distance over the
    symmetrically equivalent orientations. A seventh output predicts the logarithm of that distance.

    References
    ----------
    Zhou et al., "On the Continuity of Rotation Representations in Neural Networks", CVPR 2019.
    """

    name = target = "rotation"
    heeds = frozenset({"symmetry", "distance", "ambiguity"})
    size = ROTATION_SIZE

    def __init__(self, symmetries: Sequence[Symmetry], settings: HeadSettings | None = None):
        super().__init__(symmetries, settings)
        self._operators = self.symmetries[0].to_matrix()
        self._ranges = euler_ranges(self.symmetries[0])

    @property
    def _compared(self) -> np.ndarray:
        """Symmetry operators over which the loss is minimised, shape (n, 3, 3)."""
        return self._operators if self.settings.symmetry else np.eye(3)[None]

    @property
    def _beam_twofold(self) -> bool:
        return self.settings.ambiguity == "pattern"

    def encode(self, matrices: np.ndarray, phases: np.ndarray | None = None) -> np.ndarray:
        """Return the row-major matrices, shape (n, 9), of orientations, shape (n, 3, 3)."""
        if not self.settings.symmetry:
            _, matrices = fundamental_euler(matrices, self.symmetries[0])
        return matrices.reshape(-1, 9)

    def decoder(self) -> RotationDecoder:
        """Return the decoder from two vectors to Euler angles."""
        return RotationDecoder(self._operators.tolist(), self._ranges.tolist(), name="decoder")

    def loss(self) -> keras.losses.Loss:
        """Return the disorientation loss."""
        return DisorientationLoss(self._compared, self.settings.distance, self._beam_twofold)
