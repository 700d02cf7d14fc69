"""Patterns without noise, and settings to match them. Not a test itself."""

import numpy as np
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.indexing.settings import Matching
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.simulate.patterns import Microscope, PatternSimulator

DETECTOR = Detector((96, 96), 3.2 / 96)
SETTINGS = Matching(resolution=6, radius=1.8, beam=Beam(300, 1.6, 0.6), spot_radius=0.0813, beam_mask=0.122)


def drawn(phase: Phase, rotations: Rotation, detector: Detector = DETECTOR) -> np.ndarray:
    """Patterns without noise, as counts."""
    simulator = PatternSimulator(phase, Microscope(), detector)
    patterns = [simulator.draw([spots], [1.0], np.zeros(2)) for spots in simulator.spots(rotations)]
    return np.stack(patterns) * 1e6
