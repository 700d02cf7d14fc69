"""What every head has: symmetry on demand, and heads of other packages that are made of heads."""

import keras
import numpy as np
import pytest
from keras import ops
from orix.quaternion import Rotation, symmetry

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import random_rotations
from keras_stem.heads.head import Decoder, Head, HeadSettings
from keras_stem.heads.rotation import RotationHead
from keras_stem.heads.votes import VotesHead

PARTS = 7


@keras.saving.register_keras_serializable(package="tests")
class PhasesDecoder(Decoder):
    """Scores of phases (B, p) and a rotation for each, (B, p * 7), to phase and orientation."""

    several = True

    def __init__(self, decoders, **kwargs):
        super().__init__(**kwargs)
        self.decoders = decoders

    def call(self, outputs):
        scores, parts = self._split(outputs)
        phase = ops.argmax(scores, axis=-1)
        chosen = ops.one_hot(phase, len(self.decoders), dtype="float32")
        euler = ops.stack([d(part)["euler"] for d, part in zip(self.decoders, parts, strict=True)], axis=1)
        return {"euler": ops.sum(chosen[..., None] * euler, axis=1), "phase": phase}

    def candidates(self, outputs):
        scores, parts = self._split(outputs)
        matrices = [d.candidates(part)[0] for d, part in zip(self.decoders, parts, strict=True)]
        return ops.concatenate(matrices, axis=1), ops.softmax(scores, axis=-1)

    def _split(self, outputs):
        count = len(self.decoders)
        return outputs[:, :count], ops.split(outputs[:, count:], count, axis=-1)


class PhasesHead(Head):
    """A probability of each phase and a rotation head for it, with the phase's own symmetry."""

    name = target = "phases"

    def __init__(self, symmetries, settings=None):
        super().__init__(symmetries, settings)
        self._heads = [RotationHead([one], settings) for one in symmetries]

    @property
    def size(self):
        return (1 + PARTS) * len(self._heads)

    def encode(self, matrices, phases=None):
        encoded = [head.encode(matrices) for head in self._heads]
        return np.concatenate([np.eye(len(self._heads))[phases], *encoded], axis=1)

    def decoder(self):
        return PhasesDecoder([head.decoder() for head in self._heads])

    def loss(self):
        heads, count = self._heads, len(self._heads)

        class Loss(keras.losses.Loss):
            def call(self, y_true, y_pred):
                share, score = y_true[:, :count], y_pred[:, :count]
                parts = zip(
                    heads,
                    ops.split(y_true[:, count:], count, axis=-1),
                    ops.split(y_pred[:, count:], count, axis=-1),
                    strict=True,
                )
                each = ops.stack([head.loss().call(true, made) for head, true, made in parts], axis=-1)
                choice = keras.losses.categorical_crossentropy(share, score, from_logits=True)
                return choice + ops.sum(share * each, axis=-1)

        return Loss()


@pytest.mark.backend
def test_a_head_of_heads_learns_phases_and_orientations(rng):
    keras.utils.set_random_seed(0)
    groups = (symmetry.D3, symmetry.O)
    head, count = PhasesHead(groups, HeadSettings()), 8
    truth, phases = random_rotations(count, rng), np.arange(count) % 2
    outputs = np.zeros((count, head.size), "float32")
    outputs[np.arange(count), phases] = 9.0
    six = truth.to_matrix()[:, :, :2].transpose(0, 2, 1).reshape(count, 6)
    for k in range(2):
        outputs[:, 2 + PARTS * k : 8 + PARTS * k] = six
    found = head.decoder()(outputs)
    assert ops.convert_to_numpy(found["phase"]).tolist() == phases.tolist()
    for k, group in enumerate(groups):
        euler = ops.convert_to_numpy(found["euler"]).astype(float)[phases == k]
        assert disorientation(Rotation.from_euler(euler), truth[phases == k], group).max() < 1e-2
    assert head.decoder().candidates(outputs)[0].shape == (count, 2, 3, 3)
    # From no knowledge at all it learns both.
    network = keras.Sequential([keras.Input((count,)), keras.layers.Dense(head.size)])
    network.compile(keras.optimizers.Adam(0.05), head.loss())
    expected = head.encode(truth.to_matrix(), phases).astype("float32")
    history = network.fit(np.eye(count, dtype="float32"), expected, epochs=60, verbose=0).history["loss"]
    assert history[-1] < 0.3 * history[0]


@pytest.mark.backend
@pytest.mark.parametrize("kind", [RotationHead, VotesHead])
def test_without_symmetry_equivalents_have_one_label(kind, rng):
    group = symmetry.D3
    rotations = random_rotations(50, rng)
    equivalents = Rotation(group.data[4]) * rotations
    one = kind([group], HeadSettings(symmetry=False))
    np.testing.assert_allclose(
        one.encode(equivalents.to_matrix()), one.encode(rotations.to_matrix()), atol=1e-6
    )
    assert (
        np.abs(
            kind([group]).encode(equivalents.to_matrix()) - kind([group]).encode(rotations.to_matrix())
        ).max()
        > 0.1
    )
