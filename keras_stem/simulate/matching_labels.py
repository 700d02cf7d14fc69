"""Imitated template-matching labels: orientations with realistic errors, and correlated Q and R."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import BEAM_TWOFOLD
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.simulate.microstructure import Truth

ERROR_DEG = 0.4
"""Rayleigh scale of the error of a correct label (degrees), comparable to that of a template-bank grid."""


@dataclass(frozen=True)
class MatchingLabels:
    """Orientation, correlation index Q and reliability R (0 to 100) of each position."""

    rotations: Rotation
    q: np.ndarray
    r: np.ndarray


def imitate_template_matching(truth: Truth, rng: np.random.Generator) -> MatchingLabels:
    """Return labels of the dominant grains with the errors of template matching.

    Q decreases where a second grain contributes to the pattern, and in vacuum. R decreases with the lead of
    the dominant grain over the second, and for orientations that resemble others (a factor of each grain).
    The probability of a wrong label increases with decreasing R: a wrong label is the orientation of the
    second grain, or the correct orientation rotated by 180 degrees about the beam. Labels in vacuum are
    random orientations.

    Parameters
    ----------
    truth
        Ground truth of the scan.
    rng
        Random number generator.

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
    mistakes = np.stack([truth.second.rotations.data, (right * BEAM_TWOFOLD).data])
    quaternions[wrong] = mistakes[taken, np.arange(count)][wrong]
    vacuum = ~truth.in_sample
    quaternions[vacuum] = random_rotations(count, rng).data[vacuum]
    return MatchingLabels(Rotation(quaternions), q, r)
