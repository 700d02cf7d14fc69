"""Consensus of maps whose patterns tell a given amount of each orientation."""

import numpy as np
import pytest
from orix.quaternion import Rotation
from toy_maps import ToyMap

from keras_stem.consensus.consensus import reach_consensus
from keras_stem.consensus.decision import decide
from keras_stem.consensus.joining import Region
from keras_stem.consensus.settings import Consensus
from keras_stem.consensus.statement import properties_of
from keras_stem.consensus.trials import Trials
from keras_stem.crystal.phase import linio2

ORIENTATIONS = Rotation.from_euler(np.deg2rad([[10, 40, 20], [70, 100, 50], [200, 60, 90]]))
"""Orientations that are far apart; a pattern of the first can hardly be told from one of the second."""

EVIDENCE = np.array([[6.0, 5.9, 1.0], [5.9, 6.0, 1.0], [1.0, 1.0, 6.0]])


def halves(shape=(12, 16)):
    """A map whose left half shows the first orientation, and the right half the third."""
    shown = np.zeros(shape, int)
    shown[:, shape[1] // 2 :] = 2
    return shown


def test_neighbours_decide_between_what_a_pattern_cannot_tell_apart():
    toy = ToyMap(linio2(), ORIENTATIONS, halves(), EVIDENCE, noise=0.2)
    candidates = toy.candidates()
    alone = candidates.evidence.argmax(axis=1).reshape(toy.shown.shape)
    assert np.mean(alone != toy.shown) > 0.1
    np.testing.assert_array_equal(toy.numbers(reach_consensus(candidates, toy.refine)), toy.shown)


def test_a_grain_that_evidence_cannot_decide_is_ambiguous():
    tied = EVIDENCE.copy()
    tied[0, :2] = 6.0
    toy = ToyMap(linio2(), ORIENTATIONS, halves(), tied, noise=0.02)
    found = reach_consensus(toy.candidates(), toy.refine)
    left, right = found.ambiguous.reshape(toy.shown.shape)[:, [0, -1]].T
    assert left.all()
    assert not right.any()
    inside = found.probability.reshape(toy.shown.shape)
    assert np.all((inside[:, 0] > 0.3) & (inside[:, 0] < 0.8))
    assert np.all(inside[:, -1] > 0.95)
    other = {toy.number(one) for one in found.alternative.reshape(*toy.shown.shape, 4)[:, 0]}
    assert other <= {0, 1}
    assert np.all(found.alternative_probability <= found.probability)


@pytest.mark.parametrize(
    "where", [np.s_[5:8, 5:8], np.s_[:, 7:9], np.s_[6, 6]], ids=["grain", "twin", "position"]
)
def test_small_features_survive_where_their_evidence_is_clear(where):
    shown = np.zeros((14, 16), int)
    shown[where] = 2
    toy = ToyMap(linio2(), ORIENTATIONS, shown, EVIDENCE, noise=0.2)
    np.testing.assert_array_equal(toy.numbers(reach_consensus(toy.candidates(), toy.refine)), shown)


def test_members_of_a_grain_try_the_orientations_of_each_other(rng):
    toy = ToyMap(linio2(), ORIENTATIONS, halves(), EVIDENCE, noise=0.05)
    offered = rng.random((toy.shown.size, 3)) < 0.75
    offered[np.arange(len(offered)), rng.integers(0, 3, len(offered))] = True
    found = reach_consensus(toy.candidates(offered), toy.refine)
    assert toy.asked
    assert all(np.all(np.diff(positions) > 0) for positions in toy.asked)
    assert np.mean(toy.numbers(found) == toy.shown) > 0.95


def test_fragments_of_one_grain_are_joined():
    """A part of a grain whose patterns prefer the second orientation by less than a boundary costs."""
    toy = ToyMap(linio2(), ORIENTATIONS, np.zeros((12, 16), int), EVIDENCE)
    part = np.zeros((12, 16), bool)
    part[:, :6] = True
    toy.evidence[part.ravel(), 1] = 6.05
    found = reach_consensus(toy.candidates(), toy.refine)
    assert found.region.max() == 0
    assert set(toy.numbers(found).ravel()) == {0}


def test_positions_without_candidates_have_no_answer():
    toy = ToyMap(linio2(), ORIENTATIONS, halves(), EVIDENCE)
    offered = np.ones((toy.shown.size, 3), bool)
    offered[:20] = False
    found = reach_consensus(toy.candidates(offered), toy.refine)
    np.testing.assert_array_equal(found.phase == -1, ~offered[:, 0])
    assert not found.probability[:20].any()
    assert found.ambiguous[:20].all()


def test_a_map_without_candidates_has_no_answers():
    toy = ToyMap(linio2(), ORIENTATIONS, halves(), EVIDENCE)
    found = reach_consensus(toy.candidates(np.zeros((toy.shown.size, 3), bool)), toy.refine)
    assert np.all(found.phase == -1)
    assert np.isnan(properties_of(found, np.zeros(toy.shown.size))["alternative_euler"]).all()
    assert not toy.asked


def test_joined_positions_belong_to_their_region():
    """Whatever their own fragment preferred, they do not belong elsewhere."""
    toy = ToyMap(linio2(), ORIENTATIONS, np.zeros((1, 8), int), EVIDENCE)
    candidates = toy.candidates()
    believed = np.zeros((8, 3), np.float32)
    believed[:4, 0] = believed[4:, 2] = 1
    quaternions, correlation = candidates.quaternions, candidates.correlation
    trials = [
        Trials(own, quaternions[own][:, offered], np.zeros(len(offered), int), correlation[own][:, offered])
        for own, offered in zip(np.split(np.arange(8), 2), ([0], [0, 2]), strict=True)
    ]
    region = Region([0, 1], 8, [{0: 0, 1: 0}], np.array([48.0]))
    found = decide(candidates, believed, trials, [region], Consensus())
    np.testing.assert_allclose(found.probability, 1)


def test_progress_tells_all_positions_that_are_compared(rng):
    toy = ToyMap(linio2(), ORIENTATIONS, halves(), EVIDENCE, noise=0.05)
    offered = rng.random((toy.shown.size, 3)) < 0.5
    told = []
    reach_consensus(toy.candidates(offered), toy.refine, progress=lambda *one: told.append(one))
    assert told[-1] == (sum(map(len, toy.asked)),) * 2


def test_a_map_of_one_position():
    toy = ToyMap(linio2(), ORIENTATIONS, np.zeros((1, 1), int), EVIDENCE)
    assert toy.numbers(reach_consensus(toy.candidates(), toy.refine)) == 0


def test_an_answer_at_a_boundary_is_less_probable():
    toy = ToyMap(linio2(), ORIENTATIONS, halves(), 1 + 5 * np.eye(3))
    found = reach_consensus(toy.candidates(), toy.refine).probability.reshape(toy.shown.shape)
    assert found[5, 7] < 0.95 < found[5, 2]


def test_bounds_at_boundaries_follow_from_the_probability():
    """The pattern may be right about its own orientations, and belong to the grain beside."""
    toy = ToyMap(linio2(), ORIENTATIONS, halves(), EVIDENCE)
    found = reach_consensus(toy.candidates(), toy.refine)
    stated = properties_of(found, np.full(toy.shown.size, 8.0))
    bound = stated["uncertainty_95"].reshape(toy.shown.shape)
    middle = toy.shown.shape[1] // 2
    assert np.all(bound[:, [middle - 1, middle]] > 5)
    assert np.all(bound[:, [-1, 2 * middle - 3]] < 5)
