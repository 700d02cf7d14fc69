"""Two-beam intensities against numerical averages, and extinction distances against a textbook."""

import numpy as np
import pytest
from phases import PHASES

from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import load_phase
from keras_stem.indexing.intensities import Weighting, expected_spots, extinctions, weight_of
from keras_stem.instrument.beam import Beam

BEAM = Beam(300.0, 1.6, 0.6)
EXTINCTION = 1 / 300.0**2
WEIGHTING = Weighting(80.0, 0.05, 0.25)


@pytest.mark.parametrize("s", [0.0, 0.003, -0.01, 0.02])
def test_the_mean_over_the_precession(s):
    """I = q / 2 / (s² + q + t), with the excitation error s + b cos(phi) at the azimuth phi of the beam."""
    r, precession = 0.9, np.deg2rad(0.6)
    azimuths = np.linspace(0, 2 * np.pi, 20_001)[:-1]
    thin = 1 / (2 * np.pi**2 * 80.0**2)
    errors = s + r * precession * np.cos(azimuths)
    intensity = np.mean(EXTINCTION / 2 / (errors**2 + EXTINCTION + thin))
    beyond = max(abs(s) - r * precession, 0)
    expected = intensity**0.25 * (1 - (beyond / 0.05) ** 2) ** 2
    assert weight_of(s, r, EXTINCTION, WEIGHTING.parameters(BEAM))[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("angle", [0.0, 0.6])
@pytest.mark.parametrize("s", [0.002, -0.01, 0.02, 0.1])
def test_the_derivative_is_that_of_the_weight(s, angle):
    parameters = WEIGHTING.parameters(Beam(300.0, 1.6, angle))
    above, below = (weight_of(s + step, 0.9, EXTINCTION, parameters)[0] for step in (1e-6, -1e-6))
    derivative = weight_of(s, 0.9, EXTINCTION, parameters)[1]
    assert derivative == pytest.approx((above - below) / 2e-6, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(("spacing", "nanometres"), [(2.087, 28.6), (1.807, 33.2), (1.278, 47.3)])
def test_extinction_distances_of_copper_are_those_of_a_textbook(copper_cif, spacing, nanometres):
    """At 100 kV: Williams and Carter, Transmission Electron Microscopy (1996), Table 13.2."""
    vectors, inverse = extinctions(load_phase(copper_cif), Beam(100.0, 1.6, 0.0), 1.0)
    near = np.abs(np.linalg.norm(vectors, axis=1) - 1 / spacing) < 2e-3
    np.testing.assert_allclose(1 / np.sqrt(inverse[near]) / 10, nanometres, rtol=0.06)


def test_spots_are_those_near_the_ewald_sphere(rng):
    vectors, inverse = extinctions(PHASES["R-3m"](), BEAM, 1.6)
    matrix = random_rotations(1, rng).to_matrix()[0]
    parameters = WEIGHTING.parameters(BEAM)
    x, y, weights = expected_spots(vectors, inverse, matrix, parameters, 0.2, 1.4)
    in_lab = vectors @ matrix
    r = np.hypot(in_lab[:, 0], in_lab[:, 1])
    wave = BEAM.wave_number
    errors = wave - np.sqrt(wave**2 - r**2) - in_lab[:, 2]
    near = (r >= 0.2) & (r <= 1.4) & (np.abs(errors) - r * np.deg2rad(0.6) < 0.05)
    np.testing.assert_allclose(np.stack([x, y], axis=1), in_lab[near, :2], atol=1e-12)
    assert np.sum(weights**2) == pytest.approx(1)
