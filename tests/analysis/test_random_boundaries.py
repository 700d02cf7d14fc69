"""Disorientations of random pairs against their distribution."""

import numpy as np
import pytest
from orix.quaternion import symmetry
from scipy.stats import kstest

from keras_stem.analysis.random_boundaries import random_angles
from keras_stem.crystal.disorientation import smallest_misorientation
from keras_stem.crystal.rotations import random_rotations

GROUPS = {"cubic": symmetry.O, "hexagonal": symmetry.D6, "trigonal": symmetry.D3, "triclinic": symmetry.C1}


def test_the_random_distribution_is_mackenzies():
    """Mean 40.74 deg, mode 45 deg, largest 62.80 deg; Mackenzie, Biometrika 45 (1958) 229."""
    angles, density = random_angles(symmetry.O)
    step = angles[1] - angles[0]
    assert (angles * density).sum() * step == pytest.approx(40.74, abs=0.02)
    assert angles[density.argmax()] == pytest.approx(45, abs=0.3)
    assert angles[density > 1e-6].max() == pytest.approx(62.8, abs=0.4)


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_random_pairs_follow_the_random_distribution(group, rng):
    first, second = random_rotations(4000, rng), random_rotations(4000, rng)
    found = np.rad2deg(smallest_misorientation(first, second, group)[0])
    angles, density = random_angles(group)
    cumulative = np.cumsum(density) * (angles[1] - angles[0])
    assert kstest(found, lambda x: np.interp(x, angles, cumulative)).pvalue > 0.01
    # It can fail: a texture is not random.
    assert kstest(0.9 * found, lambda x: np.interp(x, angles, cumulative)).pvalue < 1e-6
