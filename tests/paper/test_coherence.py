"""Intervals of the coherence of maps."""

import numpy as np
from paper.coherence import interval, shares


def test_shares_of_grains_that_agree_throughout_vary_from_sample_to_sample():
    grains = np.repeat(np.arange(20), 50)
    agree = np.array([grains < 10, grains < 20])
    half, all_of_them = shares(agree, grains)
    assert np.isclose(half.mean(), 50, atol=1)
    assert np.isclose(half.std(), 100 * np.sqrt(0.25 / 20), rtol=0.05)  # not of 1,000 neighbours
    assert (all_of_them == 100).all()


def test_grains_are_the_same_in_both_maps():
    grains = np.repeat(np.arange(20), 50)
    first = np.random.default_rng(1).random(1000) < 0.05 * grains
    second = first | (np.arange(1000) % 5 == 0)
    samples = shares(np.array([first, second]), grains)
    assert (samples[1] - samples[0]).std() < samples[0].std()


def test_intervals_are_those_of_the_middle_95_percent():
    assert interval(np.linspace(0, 100, 1001)) == "2.5 to 97.5"
