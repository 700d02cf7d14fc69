"""Targets: what is encoded comes back decoded; losses are what they claim, with finite gradients."""

import keras
import numpy as np
import pytest
from keras import ops
from orix.quaternion import Rotation, symmetry

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import random_rotations
from keras_stem.training.targets import EulerTarget, RotationTarget

LAUE = ["C1", "C2", "D2", "C4", "D4", "C3", "D3", "C6", "D6", "T", "O"]


def six(rotations):
    """What a network would have to predict for rotations."""
    return rotations.to_matrix()[:, :, :2].transpose(0, 2, 1).reshape(-1, 6).astype("float32")


def gradient(function, at):
    """The gradient of the sum of a function's values, on any backend."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            variable = tf.Variable(at)
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(function(variable))
            return tape.gradient(total, variable).numpy()
        case "torch":
            import torch

            tensor = torch.tensor(at, requires_grad=True)
            function(tensor).sum().backward()
            return tensor.grad.numpy()
        case "jax":
            import jax

            return np.asarray(jax.grad(lambda x: function(x).sum())(at))


@pytest.mark.parametrize("name", LAUE)
def test_round_trip(name, rng):
    group = getattr(symmetry, name)
    rotations = random_rotations(100, rng)
    euler = EulerTarget(group)
    found = [euler.decoder()(euler.encode(rotations).astype("float32"))]
    found.append(RotationTarget(group).decoder()(six(rotations)))
    for angles in found:
        back = Rotation.from_euler(ops.convert_to_numpy(angles).astype(float))
        assert np.rad2deg(disorientation(back, rotations, group)).max() < 0.05


@pytest.mark.backend
@pytest.mark.parametrize("distance", ["chordal", "geodesic"])
@pytest.mark.parametrize("name", LAUE)
def test_the_loss_is_the_disorientation(name, distance, rng):
    group = getattr(symmetry, name)
    first, second = random_rotations(200, rng), random_rotations(200, rng)
    target = RotationTarget(group, distance)
    loss = target.loss()
    loss.reduction = None
    found = ops.convert_to_numpy(loss(target.encode(second).astype("float32"), six(first)))
    angle = disorientation(first, second, group)
    expected = 1 - np.cos(angle) if distance == "chordal" else angle
    np.testing.assert_allclose(found, expected, atol=2e-3)


@pytest.mark.backend
@pytest.mark.parametrize("mates", [False, True])
@pytest.mark.parametrize("distance", ["chordal", "geodesic"])
def test_gradients_are_finite_everywhere(distance, mates, rng):
    rotations = random_rotations(50, rng)
    half_turn = rotations * Rotation([0, 1, 0, 0])
    for group in (symmetry.C1, symmetry.O):
        target = RotationTarget(group, distance, mates)
        loss = target.loss()
        encoded = ops.convert_to_tensor(target.encode(rotations).astype("float32"))
        for predicted in (six(rotations), six(half_turn), np.zeros((50, 6), "float32")):
            assert np.isfinite(gradient(lambda x, e=encoded, f=loss: f.call(e, x), predicted)).all()
