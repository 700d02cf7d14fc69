"""Grains bend as much as they may, and vacuum has its share."""

import numpy as np
import pytest

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.simulate.microstructure import Polycrystal, grow


def test_grains_bend_no_more_than_they_may(rng):
    truth = grow(Polycrystal((60, 60), 10, spread=3.0, vacuum=0), rng)
    number, rotations = truth.dominant.number, truth.dominant.rotations
    symmetry = proper_point_group(linio2())
    for grain in np.unique(number):
        members = np.flatnonzero(number == grain)
        angles = disorientation(rotations[members], rotations[np.full(len(members), members[0])], symmetry)
        assert np.rad2deg(angles.max()) <= 6.0 + 1e-6  # twice 3 deg, from one end to the other
    assert truth.in_sample.all()
    np.testing.assert_allclose(truth.dominant.weight + truth.second.weight, 1)
    assert (truth.dominant.weight >= 0.5).all()


def test_vacuum_takes_its_share(rng):
    truth = grow(Polycrystal((60, 60), 10, vacuum=0.3), rng)
    assert np.mean(~truth.in_sample) == pytest.approx(0.3, abs=0.01)
    assert not truth.dominant.weight[~truth.in_sample].any()


def test_weights_belong_to_the_sample_and_grains_without_overlap_have_them_whole(rng):
    truth = grow(Polycrystal((40, 40), 8, overlap=0.0, vacuum=0.2), rng)
    assert truth.dominant.weight.tolist() == truth.in_sample.astype(float).tolist()
    assert set(truth.second.number) == {-1}
    assert set(truth.dominant.number) <= set(range(-1, 8))
