"""Beams, against the relativistic wavelength."""

import numpy as np
import pytest

from keras_stem.instrument.beam import PAPER_BEAM, UNKNOWN_BEAM, USUAL_BEAM, Beam, wave_number

H, M, E, C = 6.62607015e-34, 9.1093837e-31, 1.602176634e-19, 299792458.0
"""Planck's constant, mass and charge of an electron, speed of light, in SI units."""


@pytest.mark.parametrize("energy", [60.0, 200.0, 300.0])
def test_the_wave_number_is_relativistic(energy):
    volts = 1e3 * energy
    wavelength = H / np.sqrt(2 * M * E * volts * (1 + E * volts / (2 * M * C**2)))
    assert wave_number(energy) == pytest.approx(1e-10 / wavelength, rel=1e-5)
    assert Beam(energy).wave_number == wave_number(energy)


def test_the_radius_of_disks_is_the_convergence_angle_times_the_wave_number():
    # The wavelength at 300 kV is 0.019687 Å.
    assert Beam(300.0, 2.0).radius == pytest.approx(2e-3 / 0.019687, rel=1e-4)


def test_unknown_values_alone_are_taken_from_another_beam():
    assert Beam(200.0, None, 0.0).completed(PAPER_BEAM) == Beam(200.0, 1.6, 0.0)
    assert UNKNOWN_BEAM.completed(USUAL_BEAM) == USUAL_BEAM == Beam(300.0, 1.6, 0.0)
    assert Beam(80.0).completed(UNKNOWN_BEAM) == Beam(80.0)
