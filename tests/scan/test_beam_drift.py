"""The smooth drift of a direct beam that is known."""

import numpy as np
import pytest

from keras_stem.scan.beam_candidates import BeamCandidates
from keras_stem.scan.beam_drift import agreement, find_drift

SHAPE = (10, 12)
ROWS, COLUMNS = (each.ravel() for each in np.indices(SHAPE))
RAMP = np.stack([30 + 0.6 * COLUMNS, 34 - 0.5 * ROWS], axis=1)


def beside(drift, rng):
    """The beam along a drift, and a disk as good at a place of its own in each pattern."""
    other = rng.uniform(4, 60, drift.shape)
    return BeamCandidates(np.stack([other, drift], axis=1), np.zeros((len(drift), 2)))


def test_a_ramp_is_followed_among_other_disks(rng):
    found = find_drift(beside(RAMP, rng), SHAPE, (64, 64), 2.0)
    assert np.linalg.norm(found.positions - RAMP, axis=1).max() < 0.5
    assert found.rival_support < 0.5


def test_a_jump_between_rows_is_followed(rng):
    jumped = RAMP + np.where(ROWS < 6, 0, 14)[:, None]
    found = find_drift(beside(jumped, rng), SHAPE, (64, 64), 2.0)
    assert np.median(np.linalg.norm(found.positions - jumped, axis=1)) < 0.5


def test_two_parallel_drifts_alike_are_rivals():
    twins = BeamCandidates(np.stack([RAMP, RAMP + np.array([12, 0])], axis=1), np.zeros((120, 2)))
    found = find_drift(twins, SHAPE, (64, 64), 2.0)
    assert found.rival_support == pytest.approx(1, abs=0.1)
    assert abs(found.rival[0]) == pytest.approx(12, abs=1)


def test_patterns_without_disks_have_the_beam_in_the_middle():
    dark = BeamCandidates(np.full((120, 2, 2), np.nan), np.full((120, 2), -np.inf))
    found = find_drift(dark, SHAPE, (64, 32), 2.0)
    assert found.positions[7].tolist() == [31.5, 15.5]


def test_agreement_falls_as_a_normal_distribution():
    one = BeamCandidates(np.array([[[3.0, 4.0], [np.nan, np.nan]]]), np.array([[-0.5, -np.inf]]))
    found = agreement(one, np.zeros((1, 2)), 5.0)
    assert found[0, 0] == pytest.approx(-1.0)  # -0.5 - 25 / 50
    assert np.isneginf(found[0, 1])
