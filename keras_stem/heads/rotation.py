"""A rotation as two directions, made orthonormal, with its expected error."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.euler import euler_ranges, reduce_euler
from keras_stem.crystal.rotation_ops import angle_of, fundamental_bunge, orthonormal, squared_chord
from keras_stem.crystal.rotations import from_matrices, matrices_of_euler
from keras_stem.heads.head import Decoder, Head, HeadSettings

ROTATION_SIZE = 7
"""Numbers that a rotation and its expected error are decoded from."""

ERROR_SHARE = 0.1
"""Weight of what the network says of its own error, beside the error."""

SMALLEST_ERROR = 1e-3
"""Radians; added to an angle before its logarithm."""


@keras.saving.register_keras_serializable(package="keras_stem")
class RotationDecoder(Decoder):
    """Two directions and the logarithm of an error (B, 7) to Euler angles in the fundamental region.

    Parameters
    ----------
    operators
        Matrices of the proper point group, (n, 3, 3).
    ranges
        Upper bounds of phi1, Phi and phi2 in the Euler fundamental region, radians.
    """

    def __init__(self, operators: list, ranges: list[float], **kwargs):
        super().__init__(**kwargs)
        self.operators = np.asarray(operators, "float32")
        self.ranges = [float(bound) for bound in ranges]

    def call(self, seven):  # noqa: D102
        seven = ops.cast(seven, "float32")
        return {"euler": self._bunge(orthonormal(seven[:, :6])), "spread": ops.exp(seven[:, 6])}

    def candidates(self, outputs):
        """Return the one orientation of each pattern, (B, 1, 3, 3), with the weight 1."""
        matrices = orthonormal(ops.cast(outputs, "float32")[:, :6])[:, None]
        return matrices, ops.ones_like(matrices[..., 0, 0])

    def _bunge(self, matrices):
        return fundamental_bunge(matrices, self.operators, self.ranges)

    def get_config(self):  # noqa: D102
        own = {"operators": self.operators.tolist(), "ranges": self.ranges}
        return {**super().get_config(), **own}


class DisorientationLoss(keras.losses.Loss):
    """How far predicted rotations are from expected ones, under the proper point group.

    Parameters
    ----------
    operators
        Matrices of the proper point group, (n, 3, 3).
    distance
        "geodesic": the disorientation t in radians. "chordal": 1 - cos t, which makes little of small errors.
    mates
        Whether half a turn about the beam counts as no difference.
    """

    def __init__(self, operators: np.ndarray, distance: str = "geodesic", mates: bool = False):
        super().__init__(name=f"{distance}_disorientation")
        self._operators = operators
        self._distance = distance
        self._mates = mates

    def call(self, y_true, y_pred):
        """Return the loss (B,) of matrices (B, 9), row by row, and predictions (B, 6) or (B, 7).

        A seventh number is to be the logarithm of the disorientation, as far as the network can tell. It does
        not disturb the first six: nothing is gained by a larger error that was foretold.
        """
        expected = ops.reshape(y_true, (-1, 3, 3))
        squared = squared_chord(orthonormal(y_pred[..., :6]), expected, self._operators, self._mates)
        loss = squared / 2 if self._distance == "chordal" else angle_of(squared)
        if y_pred.shape[-1] == 6:
            return loss
        angle = ops.log(angle_of(ops.stop_gradient(squared)) + SMALLEST_ERROR)
        return loss + ERROR_SHARE * ops.abs(angle - y_pred[..., 6])


class RotationHead(Head):
    """Two directions of the lab in the crystal, made a rotation by Gram-Schmidt: six numbers without jumps.

    The loss is the smallest distance over the symmetrically equivalent orientations. A seventh number tells
    how large the network expects it to be.

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
        """Operators over which the loss takes the nearest equivalent, (n, 3, 3)."""
        return self._operators if self.settings.symmetry else np.eye(3)[None]

    @property
    def _mates(self) -> bool:
        return self.settings.ambiguity == "pattern"

    def encode(self, matrices: np.ndarray, phases: np.ndarray | None = None) -> np.ndarray:
        """Return matrices row by row, shape (n, 9), of orientations, shape (n, 3, 3)."""
        if not self.settings.symmetry:
            matrices = matrices_of_euler(reduce_euler(from_matrices(matrices), self.symmetries[0]))
        return matrices.reshape(-1, 9)

    def decoder(self) -> RotationDecoder:
        """Return the layer from two directions to Euler angles."""
        return RotationDecoder(self._operators.tolist(), self._ranges.tolist(), name="decoder")

    def loss(self) -> keras.losses.Loss:
        """Return the disorientation as a loss."""
        return DisorientationLoss(self._compared, self.settings.distance, self._mates)
