"""Votes of a narrow polar network and their answers, for tests. Not a test itself."""

import numpy as np
from keras import ops
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.heads.head import AllCandidates
from keras_stem.heads.votes import VotesHead
from keras_stem.networks.polar.options import PolarConfig

CONFIG = PolarConfig(radii=8, azimuths=24, channels=8, dilations=(1, 3))
VOTES = CONFIG.azimuths // 2


def decoded(symmetry, votes, all_candidates=False):
    """The answers of the decoder, Euler angles as rotations."""
    decoder = VotesHead([symmetry]).decoder()
    answers = (AllCandidates(decoder) if all_candidates else decoder)(votes)
    found = {name: ops.convert_to_numpy(value) for name, value in answers.items()}
    return {
        name: value if name == "spread" else Rotation.from_euler(value.astype(float))
        for name, value in found.items()
    }


def degrees(first, second, symmetry):
    return np.rad2deg(disorientation(first, second, symmetry))
