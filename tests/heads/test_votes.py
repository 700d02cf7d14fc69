"""The head of votes: votes become orientations, and the loss is the density that it claims."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from orix.quaternion import Rotation
from phases import PHASES
from votes import VOTES, decoded, degrees

from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.rotation_ops import turned_about_beam
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.heads.head import HeadSettings
from keras_stem.heads.votes import DISTINCT, LAST_WIDTH, TAIL, VoteDecoder, VotesHead

pytestmark = pytest.mark.backend

AZIMUTHS = 2 * np.pi * (np.arange(VOTES) + 0.25) / VOTES


@pytest.fixture(params=PHASES)
def symmetry(request):
    return proper_point_group(PHASES[request.param]())


def votes_for(rotations, scores):
    """What the azimuths have to say for rotations in the lab, (B, VOTES, 3, 3), and scores, (B, VOTES)."""
    here = ops.convert_to_numpy(turned_about_beam(rotations.astype("float32"), -AZIMUTHS))
    six = np.swapaxes(here[..., :2], -1, -2).reshape(*here.shape[:2], 6)
    return np.concatenate([scores[..., None], six], axis=-1).astype("float32")


def expected_at(share, head, rotations):
    """What the loss expects after a share of the training."""
    encoded = head.encode(rotations.to_matrix())
    return np.concatenate([encoded, np.full((len(encoded), 1), share)], axis=1).astype("float32")


def losses(head, share, rotations, votes):
    expected = expected_at(share, head, rotations)
    return ops.convert_to_numpy(
        head.loss().call(ops.convert_to_tensor(expected), ops.convert_to_tensor(votes))
    )


def all_votes(rotations, off=0.0, rng=None):
    """Votes that are all for rotations (n,), each off by an angle (radians) about an axis of its own."""
    turns = small_rotations(np.full(rotations.size * VOTES, off), rng or np.random.default_rng(0)).to_matrix()
    matrices = turns.reshape(-1, VOTES, 3, 3) @ rotations.to_matrix()[:, None]
    return votes_for(matrices, np.zeros(matrices.shape[:2]))


def test_the_strongest_vote_is_the_answer(symmetry, rng):
    rotations = random_rotations(20 * VOTES, rng).to_matrix().reshape(20, VOTES, 3, 3)
    scores, strongest = rng.uniform(0, 1, (20, VOTES)), rng.integers(VOTES, size=20)
    scores[np.arange(20), strongest] = 9
    found = decoded(symmetry, votes_for(rotations, scores))
    expected = Rotation.from_matrix(rotations[np.arange(20), strongest])
    assert degrees(found["euler"], expected, symmetry).max() < 0.05


def test_the_runner_up_is_another_orientation(symmetry, rng):
    best, second = random_rotations(20, rng), random_rotations(20, rng)
    apart = disorientation(best, second, symmetry) > 0.2
    best, second = best[apart], second[apart]
    equivalent = Rotation(symmetry.data[rng.integers(symmetry.size, size=best.size)]) * best
    rotations = np.stack([best.to_matrix(), equivalent.to_matrix(), second.to_matrix()], axis=1)
    # Two thirds say the best or an equivalent of it; the strongest of the others is the runner-up.
    rotations, scores = np.tile(rotations, (1, VOTES // 3, 1, 1)), np.tile([2.0, 1.9, 1.5], VOTES // 3)
    found = decoded(symmetry, votes_for(rotations, np.tile(scores, (best.size, 1))))
    assert degrees(found["euler"], best, symmetry).max() < 0.05
    assert degrees(found["runners_up"][:, 0], second, symmetry).max() < 0.05
    share = np.exp(1.5) / np.exp([2.0, 1.9, 1.5]).sum()
    np.testing.assert_allclose(
        found["spread"], share * disorientation(best, second, symmetry), rtol=0.01, atol=2e-3
    )


def test_decoders_of_earlier_versions_are_read(symmetry):
    settings = VotesHead([symmetry]).decoder().get_config()
    assert VoteDecoder.from_config({**settings, "runners_up": 1}).get_config() == settings


def test_all_votes_are_runners_up_on_demand(symmetry, rng):
    rotations = random_rotations(5 * VOTES, rng).to_matrix().reshape(5, VOTES, 3, 3)
    votes = votes_for(rotations, rng.uniform(0, 1, (5, VOTES)))
    found, expected = decoded(symmetry, votes, all_candidates=True), Rotation.from_matrix(rotations)
    assert found["runners_up"].shape == (5, VOTES)
    assert degrees(found["runners_up"].flatten(), expected.flatten(), symmetry).max() < 0.05
    # The strongest as it is, not averaged with those that agree.
    apart = degrees(found["euler"], decoded(symmetry, votes)["euler"], symmetry)
    assert apart.max() < np.rad2deg(DISTINCT)


def test_votes_that_agree_are_averaged(symmetry, rng):
    truth = random_rotations(10, rng)
    away = small_rotations(np.full(10, 0.02), rng)
    equivalent = Rotation(symmetry.data[-1])
    sides = np.stack([(away * truth).to_matrix(), (equivalent * (~away) * truth).to_matrix()], axis=1)
    found = decoded(symmetry, votes_for(np.tile(sides, (1, VOTES // 2, 1, 1)), np.zeros((10, VOTES))))
    # Those near the strongest count more.
    assert degrees(found["euler"], truth, symmetry).max() < 0.2 * np.rad2deg(0.02)


def test_votes_that_all_agree_have_no_spread(symmetry, rng):
    truth = random_rotations(10, rng)
    found = decoded(symmetry, all_votes(truth))
    assert degrees(found["euler"], truth, symmetry).max() < 0.05
    assert found["spread"].max() < 2e-3
    assert np.isfinite(found["runners_up"].data).all()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_the_loss_is_the_negative_logarithm_of_a_density(symmetry, share, rng):
    head, count = VotesHead([symmetry]), 40
    truth, scores = random_rotations(count, rng), rng.normal(size=(count, VOTES))
    votes = random_rotations(count * VOTES, rng)
    matrices = votes.to_matrix().reshape(count, VOTES, 3, 3)
    angles = disorientation(votes, Rotation(np.repeat(truth.data, VOTES, axis=0)), symmetry)
    width = LAST_WIDTH ** min(share / 0.9, 1)
    students = (1 + 2 * (1 - np.cos(angles)) / (TAIL * width**2)) ** (-(TAIL + 3) / 2) / width**3
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    density = (weights * students.reshape(count, VOTES)).sum(axis=1)
    found = losses(head, share, truth, votes_for(matrices, scores))
    np.testing.assert_allclose(found, -np.log(density), rtol=2e-3, atol=2e-3)


def test_the_loss_falls_when_the_votes_approach_the_truth(symmetry, rng):
    head, truth = VotesHead([symmetry]), random_rotations(20, rng)
    for share, angles in (
        (0.0, (0.8, 0.4, 0.2, 0.0)),
        (0.5, (0.2, 0.1, 0.05, 0.0)),
        (1.0, (0.04, 0.02, 0.0)),
    ):
        found = [losses(head, share, truth, all_votes(truth, angle)).mean() for angle in angles]
        assert np.all(np.diff(found) < 0), share


def test_the_loss_counts_weights(rng):
    group = proper_point_group(PHASES["R-3m"]())
    truth, wrong = random_rotations(20, rng), random_rotations(20, rng)
    rotations = np.stack([truth.to_matrix(), wrong.to_matrix()] * (VOTES // 2), axis=1)
    found = [
        losses(
            VotesHead([group]), 0.5, truth, votes_for(rotations, np.tile([right, 0.0], (20, VOTES // 2)))
        ).mean()
        for right in (-2.0, 0.0, 2.0)
    ]
    assert found[0] > found[1] > found[2]


def test_half_turns_about_the_beam_are_no_difference_on_demand(symmetry, rng):
    truth = random_rotations(20, rng)
    votes = all_votes(truth * BEAM_TWOFOLD)
    right = losses(VotesHead([symmetry]), 0.5, truth, all_votes(truth))
    np.testing.assert_allclose(
        losses(VotesHead([symmetry], HeadSettings(ambiguity="pattern")), 0.5, truth, votes), right, atol=0.05
    )
    assert np.median(losses(VotesHead([symmetry]), 0.5, truth, votes)) > np.median(right) + 1


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", ["P-1", "R-3m", "Pm-3m"])
def test_gradients_are_finite_everywhere(name, share, rng):
    truth = random_rotations(10, rng)
    for beam_twofold in (False, True):
        head = VotesHead(
            [proper_point_group(PHASES[name]())],
            HeadSettings(ambiguity="pattern" if beam_twofold else "none"),
        )
        loss, expected = head.loss(), ops.convert_to_tensor(expected_at(share, head, truth))
        for votes in (all_votes(truth), all_votes(truth, 0.01), np.zeros((10, VOTES, 7), "float32")):
            found = gradient(lambda x, e=expected, f=loss: f.call(e, x), votes)
            assert np.isfinite(found).all()
