"""What every head has to offer: the contract between networks, training and inference."""

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
    """What a recipe says about the representation and its loss.

    Parameters
    ----------
    symmetry
        Whether the loss takes the nearest of all equivalents of a label, or that in the Euler fundamental
        region.
    distance
        Distance in the loss of rotations, "geodesic" or "chordal".
    ambiguity
        What counts as no difference: "none", or "pattern" for half a turn about the beam.
    clamp
        Whether the output is clamped to the physical range before the loss.
    pretrained
        Whether the network starts from weights that have learned already.
    """

    symmetry: bool = True
    distance: str = "geodesic"
    ambiguity: str = "none"
    clamp: bool = False
    pretrained: bool = False


class Decoder(keras.layers.Layer):
    """Layer from the output of a network to orientations.

    Called with the output, it returns a dictionary. "euler" (B, 3) is always there: Bunge Euler angles in
    radians. "spread" (B,) grows with the error that is to be expected, radians; "runners_up" (B, k, 3) are
    Euler angles of other orientations that are possible; "phase" (B,) is the number of the phase, where the
    head tells phases apart.

    Attributes
    ----------
    several
        Whether there are several candidates for one pattern.
    """

    several: ClassVar[bool] = False

    def candidates(self, outputs):
        """Return all orientations that the network holds possible, with their weights.

        Parameters
        ----------
        outputs
            Output of the network, (B, ...).

        Returns
        -------
        matrices
            Shape (B, k, 3, 3), lab to crystal.
        weights
            Shape (B, k), of sum 1.
        """
        raise NotImplementedError


class AllCandidates(Decoder):
    """Decoder that gives all candidates of another one as runners-up, the one of the largest weight first.

    Parameters
    ----------
    decoder
        Decoder of the model.
    """

    def __init__(self, decoder: Decoder, **kwargs):
        super().__init__(**kwargs)
        self._decoder = decoder

    def call(self, outputs):  # noqa: D102
        matrices, weights = self._decoder.candidates(outputs)
        best = keras.ops.one_hot(keras.ops.argmax(weights, axis=-1), weights.shape[-1], dtype="float32")
        euler = bunge(matrices)
        return {"euler": keras.ops.sum(best[..., None] * euler, axis=1), "runners_up": euler}

    def build(self, input_shape):  # noqa: D102
        self._decoder.build(input_shape)
        self.built = True


class Head(ABC):
    """A representation of orientations, its loss and its decoder.

    Parameters
    ----------
    symmetries
        Proper point group of each phase that the head knows; heads of one phase take the first.
    settings
        What the recipe says of the representation.

    Attributes
    ----------
    name
        Name of the head in model cards.
    target
        Name of the representation in recipes and for ``--target``. Heads for different outputs of networks
        may share it.
    output
        Output of networks that the head reads, as `keras_stem.networks.declaration.NetworkConfig.output`
        names it: "vector" for (B, size), "azimuths" for (B, azimuths, size).
    heeds
        Names of the `HeadSettings` that change something.
    streamed
        Whether trainings on simulated patterns can use it: whether `encode` keeps up with the simulation.
    needs_progress
        Whether the loss also takes the share of the training that is done, as the last of the expected
        numbers: what a callback sets is not seen by JAX before an epoch ends.
    """

    name: ClassVar[str]
    target: ClassVar[str]
    output: ClassVar[str] = "vector"
    heeds: ClassVar[frozenset[str]] = frozenset()
    streamed: ClassVar[bool] = True
    needs_progress: ClassVar[bool] = False

    def __init__(self, symmetries: Sequence[Symmetry], settings: HeadSettings | None = None):
        self.symmetries = tuple(symmetries)
        self.settings = settings or HeadSettings()

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of outputs that the network has to give."""

    @abstractmethod
    def encode(self, matrices: np.ndarray, phases: np.ndarray | None = None) -> np.ndarray:
        """Return what the loss expects of orientations.

        Parameters
        ----------
        matrices
            Shape (n, 3, 3), lab to crystal.
        phases
            Shape (n,), the number of each one's phase; None where there is one.

        Returns
        -------
        numpy.ndarray
            Shape (n, d).
        """

    @abstractmethod
    def decoder(self) -> Decoder:
        """Return the layer from the output of the network to orientations."""

    @abstractmethod
    def loss(self) -> keras.losses.Loss:
        """Return the loss of outputs against encoded orientations."""

    def last_layers(self) -> list[keras.layers.Layer]:
        """Return layers between the network and the loss."""
        return []
