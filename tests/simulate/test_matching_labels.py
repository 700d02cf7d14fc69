"""Imitated labels of template matching."""

import numpy as np
import pytest

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.simulate.matching_labels import imitate_template_matching
from keras_stem.simulate.microstructure import Polycrystal, grow


@pytest.mark.parametrize(("grains", "seed"), [(24, 0), (24, 1), (100, 2), (150, 3)])
def test_default_thresholds_keep_40_to_60_percent(grains, seed):
    rng = np.random.default_rng(seed)
    labels = imitate_template_matching(grow(Polycrystal((80, 80), grains), rng), rng)
    kept = np.mean((labels.q >= 20) & (labels.r >= 15))
    assert 0.4 <= kept <= 0.6


def test_labels_know_where_they_err(rng):
    truth = grow(Polycrystal((80, 80), 24), rng)
    labels = imitate_template_matching(truth, rng)
    errors = np.rad2deg(
        disorientation(labels.rotations, truth.dominant.rotations, proper_point_group(linio2()))
    )
    trusted = (labels.q >= 20) & (labels.r >= 15)
    assert np.median(errors[trusted]) < 0.7
    assert np.mean(errors[trusted] > 5) < 0.03
    assert np.mean(errors[~truth.in_sample] > 5) > 0.9
    boundary = truth.in_sample & (truth.dominant.weight < 0.8)
    assert labels.q[boundary].mean() < labels.q[truth.dominant.weight == 1].mean()
    assert labels.r[boundary].mean() < labels.r[truth.dominant.weight == 1].mean()
