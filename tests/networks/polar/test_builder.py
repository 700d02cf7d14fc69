"""The polar network: turned patterns turn the votes and the answers."""

import keras
import numpy as np
import pytest
from keras import ops
from orix.quaternion import Rotation
from phases import PHASES
from votes import CONFIG, VOTES, decoded, degrees

from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.heads.votes import VotesHead
from keras_stem.networks.build import build_model
from keras_stem.pipeline.augmentation import reoriented, resample

pytestmark = pytest.mark.backend


@pytest.fixture
def network():
    keras.utils.set_random_seed(1)
    return build_model(CONFIG, (32, 32, 1), VotesHead.size)


@pytest.fixture(params=PHASES)
def symmetry(request):
    return proper_point_group(PHASES[request.param]())


def test_a_turned_pattern_turns_the_votes(network, rng):
    patterns = rng.random((3, 32, 32))
    quarters = np.array([0.5, 1.0, 1.5]) * np.pi
    turned = resample(patterns, quarters, np.zeros(3, bool), np.ones(3), np.zeros((3, 2)))
    before, after = (
        ops.convert_to_numpy(network(made[..., None].astype("float32"))) for made in (patterns, turned)
    )
    rolled = [np.roll(before[k], (k + 1) * VOTES // 4, axis=0) for k in range(3)]
    np.testing.assert_allclose(after, rolled, atol=1e-5)
    assert np.abs(after - before).max() > 0.01


def test_a_turn_by_any_votes_angle_turns_the_votes(network, rng):
    polar = rng.random((2, CONFIG.azimuths, CONFIG.radii), dtype="float32")
    after_sampling = keras.Model(network.get_layer("polar").output, network.output)
    before = ops.convert_to_numpy(after_sampling(polar))
    for votes in range(1, VOTES):
        after = ops.convert_to_numpy(after_sampling(np.roll(polar, 2 * votes, axis=1)))
        np.testing.assert_allclose(after, np.roll(before, votes, axis=1), atol=1e-5)


def test_a_turned_pattern_turns_the_answer(network, symmetry, rng):
    patterns = rng.random((4, 32, 32))
    quarter, upright = np.full(4, np.pi / 2), np.zeros(4, bool)
    turned = resample(patterns, quarter, upright, np.ones(4), np.zeros((4, 2)))
    first, second = (
        decoded(symmetry, network(made[..., None].astype("float32"))) for made in (patterns, turned)
    )
    for before, after in (
        (first["euler"], second["euler"]),
        (first["runners_up"][:, 0], second["runners_up"][:, 0]),
    ):
        expected = reoriented(before.to_matrix(), quarter, upright)
        assert degrees(after, Rotation.from_matrix(expected), symmetry).max() < 0.1
    np.testing.assert_allclose(second["spread"], first["spread"], rtol=1e-3)


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_votes_are_in_float32(precision, rng):
    network = build_model(CONFIG, (20, 32, 1), VotesHead.size, precision)
    found = network(rng.random((3, 20, 32, 1), dtype="float32"))
    assert tuple(found.shape) == (3, VOTES, 7)
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    assert {keras.backend.standardize_dtype(weight.dtype) for weight in network.weights} == {"float32"}
    assert np.isfinite(ops.convert_to_numpy(found)).all()
