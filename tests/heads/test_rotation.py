"""The rotation head: what is encoded comes back decoded; losses are what they claim."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from orix.quaternion import Rotation, symmetry

from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.heads.euler import EulerHead
from keras_stem.heads.head import HeadSettings
from keras_stem.heads.rotation import RotationHead

LAUE = ["C1", "C2", "D2", "C4", "D4", "C3", "D3", "C6", "D6", "T", "O"]


def six(rotations):
    """What a network would have to predict for rotations, but for their error."""
    return rotations.to_matrix()[:, :, :2].transpose(0, 2, 1).reshape(-1, 6).astype("float32")


def seven(rotations, logarithm):
    """The same, with the logarithm of the error that the network expects."""
    return np.concatenate([six(rotations), np.full((rotations.size, 1), logarithm, "float32")], axis=1)


def losses(head, expected, predicted):
    """The loss of each prediction."""
    pair = (
        ops.convert_to_tensor(made.astype("float32"))
        for made in (head.encode(expected.to_matrix()), predicted)
    )
    return ops.convert_to_numpy(head.loss().call(*pair))


@pytest.mark.parametrize("name", LAUE)
def test_round_trip(name, rng):
    group = getattr(symmetry, name)
    rotations = random_rotations(100, rng)
    euler = EulerHead([group])
    found = [euler.decoder()(euler.encode(rotations.to_matrix()).astype("float32"))]
    found.append(RotationHead([group]).decoder()(seven(rotations, np.log(0.02))))
    for answer in found:
        back = Rotation.from_euler(ops.convert_to_numpy(answer["euler"]).astype(float))
        assert np.rad2deg(disorientation(back, rotations, group)).max() < 0.05
    np.testing.assert_allclose(ops.convert_to_numpy(found[1]["spread"]), 0.02, rtol=1e-5)


@pytest.mark.backend
@pytest.mark.parametrize("distance", ["chordal", "geodesic"])
@pytest.mark.parametrize("name", LAUE)
def test_the_loss_is_the_disorientation(name, distance, rng):
    group = getattr(symmetry, name)
    first, second = random_rotations(200, rng), random_rotations(200, rng)
    found = losses(RotationHead([group], HeadSettings(distance=distance)), second, six(first))
    angle = disorientation(first, second, group)
    expected = 1 - np.cos(angle) if distance == "chordal" else angle
    np.testing.assert_allclose(found, expected, atol=2e-3)


@pytest.mark.backend
def test_half_turns_about_the_beam_are_no_difference_on_demand(rng):
    rotations = random_rotations(50, rng)
    beam_twofold = six(rotations * BEAM_TWOFOLD)
    assert (
        losses(RotationHead([symmetry.D3], HeadSettings(ambiguity="pattern")), rotations, beam_twofold).max()
        < 1e-3
    )
    assert np.median(losses(RotationHead([symmetry.D3]), rotations, beam_twofold)) > 0.1


@pytest.mark.backend
def test_without_symmetry_equivalents_are_far_apart(rng):
    group = symmetry.D3
    rotations = random_rotations(50, rng)
    head = RotationHead([group], HeadSettings(symmetry=False))
    labels = Rotation.from_euler(reduce_euler(rotations, group))
    assert losses(head, rotations, six(labels)).max() < 1e-3
    assert losses(head, rotations, six(Rotation(group.data[4]) * labels)).min() > 0.5
    assert losses(RotationHead([group]), rotations, six(Rotation(group.data[4]) * labels)).max() < 1e-3


@pytest.mark.backend
def test_the_seventh_number_learns_the_logarithm_of_the_error(rng):
    truth = random_rotations(40, rng)
    found = small_rotations(np.full(40, 0.1), rng) * truth
    head = RotationHead([symmetry.D3])
    right, wrong = (losses(head, truth, seven(found, value)) for value in np.log([0.1, 0.3]))
    np.testing.assert_allclose(right, losses(head, truth, six(found)), atol=0.01)
    np.testing.assert_allclose(wrong - right, 0.1 * np.log(3), atol=0.01)


@pytest.mark.backend
def test_the_seventh_number_does_not_disturb_the_others(rng):
    truth = random_rotations(40, rng)
    found = small_rotations(np.full(40, 0.1), rng) * truth
    head = RotationHead([symmetry.D3])
    encoded = ops.convert_to_tensor(head.encode(truth.to_matrix()).astype("float32"))
    whole, without = (
        gradient(lambda x: head.loss().call(encoded, x), made) for made in (seven(found, -1.0), six(found))
    )
    np.testing.assert_allclose(whole[:, :6], without, atol=1e-5)
    assert np.abs(whole[:, 6]).min() > 0.05


@pytest.mark.backend
@pytest.mark.parametrize("beam_twofold", [False, True])
@pytest.mark.parametrize("distance", ["chordal", "geodesic"])
def test_gradients_are_finite_everywhere(distance, beam_twofold, rng):
    rotations = random_rotations(50, rng)
    half_turn = rotations * Rotation([0, 1, 0, 0])
    nowhere = np.zeros((50, 7), "float32")
    for group in (symmetry.C1, symmetry.O):
        head = RotationHead(
            [group], HeadSettings(distance=distance, ambiguity="pattern" if beam_twofold else "none")
        )
        loss = head.loss()
        encoded = ops.convert_to_tensor(head.encode(rotations.to_matrix()).astype("float32"))
        for predicted in (seven(rotations, -5.0), seven(half_turn, -5.0), nowhere):
            assert np.isfinite(gradient(lambda x, e=encoded, f=loss: f.call(e, x), predicted)).all()
