"""How an orientation is represented for the network."""

import keras
import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.euler import euler_ranges, reduce_euler
from keras_stem.models.layers import EulerDecoder


class EulerTarget:
    """The three Bunge Euler angles in the Euler fundamental region, each divided by its range.

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

    def angles_in_degrees(self, rotations: Rotation) -> np.ndarray:
        """Return the Euler angles of orientations, shape (n,), in the fundamental region, shape (n, 3)."""
        return np.rad2deg(reduce_euler(rotations, self._symmetry))

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that turns predictions into Euler angles in radians."""
        return EulerDecoder(self._ranges.tolist(), name="decoder")

    def clamp(self) -> keras.layers.Layer:
        """Return the layer that clamps predictions to the physical range."""
        return keras.layers.ReLU(max_value=1.0, name="clamp")

    def loss(self) -> keras.losses.Loss:
        """Return the loss of encoded orientations."""
        return keras.losses.Huber()
