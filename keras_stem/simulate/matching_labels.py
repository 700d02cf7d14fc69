"""Labels as template matching would give them: nearly right, with Q and R that know where they are not."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import PATTERN_MATE
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.simulate.microstructure import Truth

ERROR_DEG = 0.4
"""Typical error (Rayleigh scale) of a label that is right, deg; the grid of a template bank makes as much."""


@dataclass(frozen=True)
class MatchingLabels:
    """Orientation, correlation index Q and reliability R (0 to 100) of each position."""

    rotations: Rotation
    q: np.ndarray
    r: np.ndarray


def imitate_template_matching(truth: Truth, rng: np.random.Generator) -> MatchingLabels:
    """Return labels of the dominant grains, with the errors of template matching.

    Q falls where the second grain takes part of the pattern, and in vacuum. R falls with the lead of the
    dominant grain over the second, and in orientations that resemble others (a factor of each grain). The
    lower R, the more often a label is wrong: the second grain's orientation, or the mate of the right one by
    half a turn about the beam. In vacuum it is any orientation.

    Parameters
    ----------
    truth
        What really is at each position.
    rng
        Source of all that is random.

    Returns
    -------
    MatchingLabels
    """
    weight = truth.dominant.weight
    count = len(weight)
    clear = rng.uniform(0.6, 1.3, truth.dominant.number.max() + 2)[truth.dominant.number]
    q = np.clip(85 * weight**1.5 * rng.normal(1, 0.06, count) + rng.gamma(4, 1.5, count), 0, 100)
    lead = np.clip(2 * weight - 1, 0, 1) * truth.in_sample
    r = np.clip(23 * lead * clear * rng.gamma(6, 1 / 6, count) + rng.exponential(1.5, count), 0, 100)

    right = small_rotations(rng.rayleigh(np.deg2rad(ERROR_DEG), count), rng) * truth.dominant.rotations
    quaternions = right.data.copy()
    wrong = rng.uniform(size=count) < 0.5 * np.exp(-r / 5)
    taken = np.where(rng.uniform(size=count) < 0.5, 0, 1)
    mistakes = np.stack([truth.second.rotations.data, (right * PATTERN_MATE).data])
    quaternions[wrong] = mistakes[taken, np.arange(count)][wrong]
    vacuum = ~truth.in_sample
    quaternions[vacuum] = random_rotations(count, rng).data[vacuum]
    return MatchingLabels(Rotation(quaternions), q, r)
