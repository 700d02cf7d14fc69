"""Interface of heads, which connects networks, training and inference."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import keras
import numpy as np
from orix.quaternion.symmetry import Symmetry

from keras_stem.crystal.rotation_ops import bunge


@dataclass(frozen=True)
class HeadSettings:
    """Settings of the representation and its loss, taken from a recipe.

    Parameters
    ----------
    symmetry
        Whether the loss uses the nearest symmetrically equivalent orientation of a label (True), or the one
        in the Euler fundamental region (False).
    distance
        Distance in the loss of rotations, "geodesic" or "chordal".
    ambiguity
        Ambiguity that the loss ignores: "none", or "pattern" for the 180 degree in-plane ambiguity.
    clamp
        Whether the output is clamped to the physical range before the loss.
    pretrained
        Whether the network starts from pre-trained weights.
    """

    symmetry: bool = True
    distance: str = "geodesic"
    ambiguity: str = "none"
    clamp: bool = False
    pretrained: bool = False


class Decoder(keras.layers.Layer):
    """Base class of layers from the output of a network to orientations.

    The layer returns a dictionary. "euler" (B, 3), the Bunge Euler angles in radians, is always present.
    Optional entries are "spread" (B,), a measure of the expected error in radians; "runners_up" (B, k, 3),
    Euler angles of alternative orientations in radians; and "phase" (B,), the index of the phase, if the head
    distinguishes phases.

    Attributes
    ----------
    several
        Whether there are several candidates per pattern.
    """

    several: ClassVar[bool] = False

    def candidates(self, outputs) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return all candidate orientations with their weights.

        Parameters
        ----------
        outputs
            Output of the network, (B, ...).

        Returns
        -------
        matrices
            Orientation matrices (lab to crystal), shape (B, k, 3, 3).
        weights
            Weights, which sum to 1 for each pattern, shape (B, k).
        """
        raise NotImplementedError


class AllCandidates(Decoder):
    """Decoder that returns all candidates of another decoder, in its order, as runners-up.

    The predicted orientation, which is among them, is the candidate of the largest weight.

    Parameters
    ----------
    decoder
        Decoder of the model.
    """

    def __init__(self, decoder: Decoder, **kwargs):
        super().__init__(**kwargs)
        self._decoder = decoder

    def call(self, outputs) -> dict[str, keras.KerasTensor]:  # noqa: D102
        matrices, weights = self._decoder.candidates(outputs)
        best = keras.ops.one_hot(keras.ops.argmax(weights, axis=-1), weights.shape[-1], dtype="float32")
        euler = bunge(matrices)
        return {"euler": keras.ops.sum(best[..., None] * euler, axis=1), "runners_up": euler}

    def build(self, input_shape) -> None:  # noqa: D102
        self._decoder.build(input_shape)
        self.built = True


class Head(ABC):
    """Representation of orientations, with its loss and its decoder.

    Parameters
    ----------
    symmetries
        Proper point group of each phase; heads for a single phase use the first.
    settings
        Settings of the representation and its loss.

    Attributes
    ----------
    name
        Name of the head in model cards.
    target
        Name of the representation in recipes and for ``--target``. Heads for different network outputs may
        share it.
    output
        Kind of network output that the head reads, as in
        `keras_stem.networks.declaration.NetworkConfig.output`: "vector" for (B, size), "azimuths" for
        (B, azimuths, size).
    heeds
        Names of the `HeadSettings` that affect the head.
    needs_progress
        Whether the loss depends on the completed fraction of the training, which is then passed as the last
        target value: JAX would not see a value set by a callback before the end of an epoch.
    """

    name: ClassVar[str]
    target: ClassVar[str]
    output: ClassVar[str] = "vector"
    heeds: ClassVar[frozenset[str]] = frozenset()
    needs_progress: ClassVar[bool] = False

    def __init__(self, symmetries: Sequence[Symmetry], settings: HeadSettings | None = None):
        self.symmetries = tuple(symmetries)
        self.settings = settings or HeadSettings()

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of outputs that the network has to provide."""

    @abstractmethod
    def encode(self, matrices: np.ndarray, phases: np.ndarray | None = None) -> np.ndarray:
        """Encode orientations as targets of the loss.

        Parameters
        ----------
        matrices
            Orientation matrices (lab to crystal), shape (n, 3, 3).
        phases
            Index of the phase of each orientation, shape (n,); None if there is a single phase.

        Returns
        -------
        numpy.ndarray
            Targets of the loss, shape (n, d).
        """

    @abstractmethod
    def decoder(self) -> Decoder:
        """Return the decoder from the output of the network to orientations."""

    @abstractmethod
    def loss(self) -> keras.losses.Loss:
        """Return the loss between encoded orientations and network outputs."""

    def last_layers(self) -> list[keras.layers.Layer]:
        """Return the layers between the network and the loss."""
        return []
