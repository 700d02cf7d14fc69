"""The fast simulation draws what diffsims gives."""

import numpy as np
import pytest
from phases import PHASES

from keras_stem.crystal.rotations import random_rotations
from keras_stem.instrument.beam import Beam, wave_number
from keras_stem.instrument.detector import Detector
from keras_stem.simulate.kinematic import reflections, spots_of
from keras_stem.simulate.patterns import Microscope, PatternSimulator, Spots

DETECTOR = Detector((64, 64), 0.05)


@pytest.mark.parametrize("precession", [0.0, 0.6])
@pytest.mark.parametrize("name", ["R-3m", "P-1", "Pm-3m", "P6/mmm"])
def test_spots_are_those_of_diffsims(name, precession, rng):
    phase = PHASES[name]()
    microscope = Microscope(Beam(300, 1.6, precession))
    simulator = PatternSimulator(phase, microscope, DETECTOR)
    rotations = random_rotations(8, rng)
    known = reflections(phase, DETECTOR.reciprocal_radius)
    for expected, matrix in zip(simulator.spots(rotations), rotations.to_matrix(), strict=True):
        x, y, intensity = spots_of(
            known.vectors,
            known.strengths,
            matrix,
            wave_number(300.0),
            np.deg2rad(precession),
            microscope.excitation_error,
            DETECTOR.reciprocal_radius,
        )
        found = Spots(np.stack([x, y], axis=1), intensity)
        images = [simulator.draw([spots], [1.0], np.zeros(2)) for spots in (found, expected)]
        np.testing.assert_allclose(*images, atol=1e-9)
