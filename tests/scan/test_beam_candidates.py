"""Disks that may be the direct beam."""

import numpy as np
import pytest

from keras_stem.scan.beam_candidates import BeamCandidates, find_beam_candidates


def disks(shape, *placed, radius=2.0):
    """A pattern of disks (row, column, counts a pixel) on a dark background."""
    rows, columns = np.indices(shape)
    return sum(
        counts * (np.hypot(rows - row, columns - column) <= radius) for row, column, counts in placed
    ).astype(np.uint16)


def test_the_disks_are_found_from_the_brightest_on():
    pattern = disks((48, 48), (20, 25, 900), (10, 12, 100), (40, 30, 300))
    found = find_beam_candidates(pattern[None], 2.0)
    np.testing.assert_allclose(found.positions[0, :3], [[20, 25], [40, 30], [10, 12]], atol=1e-6)
    assert np.isnan(found.positions[0, 3:]).all()
    assert np.isneginf(found.evidence[0, 3:]).all()
    assert found.evidence[0].max() == 0 and found.evidence[0, :3].min() >= -1.5


def test_symmetry_outweighs_brightness():
    """The weaker disk in the middle has a pair of spots on either side, and the stronger one has none."""
    pairs = [(24 + sign * a, 24 + sign * b, 60) for sign in (1, -1) for a, b in ((9, 3), (-4, 11), (14, -2))]
    pattern = disks((49, 49), (24, 24, 200), (33, 27, 300), *pairs)
    found = find_beam_candidates(pattern[None], 2.0)
    np.testing.assert_allclose(found.positions[0, found.evidence[0].argmax()], [24, 24], atol=0.1)


def test_a_dark_pattern_has_no_candidate():
    found = find_beam_candidates(np.zeros((2, 32, 32), np.uint16), 2.0)
    assert np.isneginf(found.evidence).all() and np.isnan(found.positions).all()


def test_blocks_are_joined_in_their_order():
    patterns = np.stack([disks((32, 32), (k, 15, 500)) for k in (8, 14, 20)])
    whole = find_beam_candidates(patterns, 2.0)
    joined = BeamCandidates.joined(find_beam_candidates(one[None], 2.0) for one in patterns)
    np.testing.assert_array_equal(joined.positions, whole.positions)
    assert whole.positions[:, 0, 0] == pytest.approx([8, 14, 20])
