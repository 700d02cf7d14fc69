"""How an orientation is represented for the network: encoded for the loss, decoded from the prediction."""

from typing import ClassVar, Protocol

import keras
import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.euler import euler_ranges, reduce_euler
from keras_stem.models.decoders import ROTATION_SIZE, EulerDecoder, RotationDecoder, VoteDecoder
from keras_stem.training.losses import DisorientationLoss, VoteLoss


class Target(Protocol):
    """A representation of orientations.

    Attributes
    ----------
    name
        One of `keras_stem.choices.TARGETS`.
    size
        Numbers that the network predicts.
    """

    name: ClassVar[str]
    size: ClassVar[int]

    def encode(self, rotations: Rotation) -> np.ndarray:
        """Return what the loss expects, shape (n, d), of orientations, shape (n,)."""
        ...

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that turns predictions into orientations."""
        ...

    def loss(self) -> keras.losses.Loss:
        """Return the loss of predictions against encoded orientations."""
        ...


class EulerTarget:
    """The three Bunge Euler angles in the Euler fundamental region, each divided by its range.

    As in the paper. The angles jump at the edges of the region: orientations that differ by little lie at
    opposite ends.

    Parameters
    ----------
    symmetry
        Proper point group.
    """

    name = "euler"
    size = 3

    def __init__(self, symmetry: Symmetry):
        self._symmetry = symmetry
        self._ranges = euler_ranges(symmetry)

    def encode(self, rotations: Rotation) -> np.ndarray:
        """Return numbers from 0 to 1, shape (n, 3), of orientations, shape (n,)."""
        return reduce_euler(rotations, self._symmetry) / self._ranges

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that turns predictions into Euler angles in radians."""
        return EulerDecoder(self._ranges.tolist(), name="decoder")

    def clamp(self) -> keras.layers.Layer:
        """Return the layer that clamps predictions to the physical range."""
        return keras.layers.ReLU(max_value=1.0, name="clamp")

    def loss(self) -> keras.losses.Loss:
        """Return the loss of encoded orientations."""
        return keras.losses.Huber()


class RotationTarget:
    """Two directions of the lab in the crystal, made a rotation by Gram-Schmidt: six numbers without jumps.

    The loss is the smallest distance over the symmetrically equivalent orientations. A seventh number tells
    how large the network expects it to be.

    Parameters
    ----------
    symmetry
        Proper point group.
    distance
        Of the loss, "geodesic" or "chordal".
    mates
        Whether half a turn about the beam, which many patterns cannot tell apart, counts as no difference.
    nearest
        Whether the loss takes the nearest of all equivalents, or that in the Euler fundamental region.
    """

    name = "rotation"
    size = ROTATION_SIZE

    def __init__(
        self, symmetry: Symmetry, distance: str = "geodesic", mates: bool = False, nearest: bool = True
    ):
        self._symmetry = symmetry
        self._operators = symmetry.to_matrix()
        self._compared = self._operators if nearest else np.eye(3)[None]
        self._ranges = euler_ranges(symmetry)
        self._distance = distance
        self._mates = mates

    def encode(self, rotations: Rotation) -> np.ndarray:
        """Return matrices lab to crystal, row by row, shape (n, 9), of orientations, shape (n,)."""
        return _matrices(rotations, self._symmetry, len(self._compared) > 1)

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that turns predictions into Euler angles in radians."""
        return RotationDecoder(self._operators.tolist(), self._ranges.tolist(), name="decoder")

    def loss(self) -> keras.losses.Loss:
        """Return the loss of encoded orientations."""
        return DisorientationLoss(self._compared, self._distance, self._mates)


class VoteTarget(RotationTarget):
    """A rotation for each azimuth of the pattern and its weight, in the frame that is turned there.

    Parameters
    ----------
    symmetry, mates, nearest
        As for `RotationTarget`.
    first_width
        Of the votes' distribution when the training begins, radians.
    """

    name = "votes"

    def __init__(
        self, symmetry: Symmetry, mates: bool = False, nearest: bool = True, first_width: float = 1.0
    ):
        super().__init__(symmetry, mates=mates, nearest=nearest)
        self._first_width = first_width

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that turns votes into Euler angles in radians."""
        return VoteDecoder(self._operators.tolist(), self._ranges.tolist(), name="decoder")

    def loss(self) -> keras.losses.Loss:
        """Return the loss of encoded orientations."""
        return VoteLoss(self._compared, self._mates, self._first_width)


def _matrices(rotations: Rotation, symmetry: Symmetry, any_equivalent: bool) -> np.ndarray:
    """Return matrices lab to crystal, row by row, shape (n, 9)."""
    if not any_equivalent:
        rotations = Rotation.from_euler(reduce_euler(rotations, symmetry))
    return rotations.to_matrix().reshape(-1, 9)


def euler_degrees(rotations: Rotation, symmetry: Symmetry) -> np.ndarray:
    """Return Euler angles in the fundamental region, shape (n, 3) in deg, of orientations, shape (n,)."""
    return np.rad2deg(reduce_euler(rotations, symmetry))
