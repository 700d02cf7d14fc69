"""Scans of bent, slightly overlapping grains, whose positions have the sum of two patterns."""

import numpy as np

from judge.drawing import exposed
from judge.physics import Physics
from judge.test_set import Patterns, TestSet
from keras_stem.simulate.microstructure import Polycrystal, Truth, grow

SHAPE, GRAINS = (100, 100), 120

POLYCRYSTALS = {
    name: TestSet(name, physics)
    for name, physics in (
        ("oxide-kinematic", Physics("keras_stem", "layered_oxide")),
        ("oxide-bloch", Physics("quantem", "layered_oxide", 50.0)),
        ("copper-kinematic", Physics("keras_stem", "copper")),
        ("copper-bloch", Physics("quantem", "copper", 50.0)),
    )
}
"""Physics and instrument of scans, by name."""


def polycrystal_patterns(
    test_set: TestSet, shape: tuple[int, int], grains: int, seed: int, keep: bool = True
) -> tuple[Patterns, Truth]:
    """Return the patterns of a scan, row by row, and the grains at each position.

    Parameters
    ----------
    test_set
        Physics and instrument.
    shape
        Rows and columns.
    grains
        Number of grains.
    seed
        Seed of grains and noise.
    keep
        Whether spots of other programs are kept for the next run.
    """
    rng = test_set.noise(seed)
    truth = grow(Polycrystal(shape, grains, spread=2.0, overlap=0.5, vacuum=0.0), rng)
    images = np.zeros((shape[0] * shape[1], test_set.pixels, test_set.pixels))
    for grain in (truth.dominant, truth.second):
        weights = np.asarray(grain.weight, float)
        there = np.flatnonzero(weights)
        expected = test_set.expected(grain.rotations[there].to_matrix(), keep)
        images[there] += weights[there, None, None] * expected
    return Patterns(exposed(images, rng), truth.dominant.rotations.to_matrix()), truth
