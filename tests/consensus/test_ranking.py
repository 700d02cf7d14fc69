"""The most probable candidates of a position, before and after neighbours were heard."""

import numpy as np
from orix.quaternion import Rotation
from toy_maps import ToyMap

from keras_stem.consensus.consensus import reach_consensus
from keras_stem.consensus.statement import properties_of
from keras_stem.crystal.phase import linio2

ORIENTATIONS = Rotation.from_euler(np.deg2rad([[10, 40, 20], [70, 100, 50], [200, 60, 90]]))
EVIDENCE = np.array([[6.0, 5.7, 1.0], [5.7, 6.0, 1.0], [1.0, 1.0, 6.0]])


def consensus(offered=None):
    """A grain whose patterns can hardly tell the first orientation from the second."""
    toy = ToyMap(linio2(), ORIENTATIONS, np.zeros((12, 16), int), EVIDENCE, noise=0.3)
    candidates = toy.candidates(offered)
    return toy, candidates, reach_consensus(candidates, toy.refine)


def test_candidates_that_the_pattern_prefers_lose_their_probability():
    toy, candidates, found = consensus()
    deceived = candidates.evidence.argmax(axis=1) == 1
    assert deceived.sum() > 20
    ranked = found.ranked
    np.testing.assert_allclose(ranked.quaternions[:, 0], found.quaternions, atol=1e-6)
    np.testing.assert_allclose(ranked.after[:, 0], found.probability, atol=1e-6)
    second = np.array([[toy.number(one) for one in own] for own in ranked.quaternions]) == 1
    assert np.all(second.any(axis=1))
    assert np.all(ranked.before[second][deceived] > 0.5)
    assert np.all(ranked.after[second][deceived] < 0.1)


def test_probabilities_are_shares_of_one():
    _, _, found = consensus()
    ranked = found.ranked
    np.testing.assert_allclose(ranked.before.sum(axis=1), 1, atol=1e-5)  # all three orientations are listed
    assert np.all(ranked.after.sum(axis=1) <= 1 + 1e-6)
    assert np.all(ranked.after >= 0)


def test_a_position_has_the_orientation_of_its_grain_that_it_did_not_offer():
    """Its own pattern alone gave it no probability."""
    offered = np.ones((192, 3), bool)
    offered[90, 0] = False
    toy, _, found = consensus(offered)
    assert toy.number(found.quaternions[90]) == 0
    assert found.ranked.before[90, 0] == 0
    assert found.ranked.after[90, 0] > 0.9


def test_properties_have_angles_and_phases_of_each_candidate():
    _, candidates, found = consensus()
    stated = properties_of(found, candidates.disks)
    assert stated["candidate_angles"].shape == (192, 4, 3)
    there = stated["candidate_phases"] == 0
    np.testing.assert_array_equal(np.isfinite(stated["candidate_angles"]).all(axis=-1), there)
    again = Rotation.from_euler(stated["candidate_angles"][:, 0].astype(float))
    assert np.rad2deg((again * ~Rotation(found.quaternions)).angle).max() < 0.01
