"""The conventions close: what is stored as an orientation is what diffsims makes the pattern from."""

import numpy as np
import pytest
from diffsims.generators.simulation_generator import SimulationGenerator
from orix.quaternion import Rotation
from phases import PHASES
from scipy.ndimage import maximum_filter, uniform_filter

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.patterns import Microscope, PatternSimulator, Spots
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan


def test_ten_strongest_spots_are_peaks_of_the_stored_pattern(tmp_path, rng):
    path = tmp_path / "scan.h5"
    settings = Simulation(
        polycrystal=Polycrystal(shape=(8, 8), grains=12, vacuum=0), camera=Camera(pixels=128, dose=1e6)
    )
    simulate_scan(path, settings)
    with Scan(path) as scan:
        truth = scan.labels.prop
        chosen = rng.choice(len(scan), 10, replace=False)
        patterns = scan.read(chosen).astype(float)
        centre = scan.info.detector.centre
        scale = scan.info.detector.pixel_size
        phase = scan.phase
    generator = SimulationGenerator(300, precession_angle=0.6)
    for position, pattern in zip(chosen, patterns, strict=True):
        rotation = Rotation.from_euler(truth["truth_euler"][position])
        spots = generator.calculate_diffraction2d(
            phase, rotation, reciprocal_radius=1.55, with_direct_beam=False, max_excitation_error=0.02
        ).coordinates
        strongest = np.argsort(spots.intensity)[::-1][:10]
        strongest = strongest[spots.intensity[strongest] > 1e-3 * spots.intensity.max()]
        # The lab's y points up, the detector's rows run down.
        rows = centre[0] - spots.data[strongest, 1] / scale
        columns = centre[1] + spots.data[strongest, 0] / scale
        inside = (np.abs(rows - centre[0]) < 58) & (np.abs(columns - centre[1]) < 58)
        blurred = uniform_filter(np.sqrt(pattern), 5)
        peaks = np.argwhere(maximum_filter(blurred, 5) == blurred)
        for row, column in zip(rows[inside], columns[inside], strict=True):
            assert np.abs(peaks - (row, column)).max(axis=1).min() <= 1.0


@pytest.mark.parametrize("name", PHASES)
def test_symmetry_operations_leave_the_pattern_as_it_is(name):
    phase = PHASES[name]()
    simulator = PatternSimulator(phase, Microscope(), Camera(pixels=64).detector)
    rotation = random_rotations(1, np.random.default_rng(4))
    [spots] = simulator.spots(rotation)
    for operation in proper_point_group(phase):
        [same] = simulator.spots(Rotation(operation.data) * rotation)
        _assert_same_spots(same, spots)


def test_a_turn_about_the_beam_turns_the_pattern():
    simulator = PatternSimulator(linio2(), Microscope(), Camera(pixels=64).detector)
    rotation = random_rotations(1, np.random.default_rng(4))
    [spots] = simulator.spots(rotation)
    angle = np.deg2rad(30)
    [turned] = simulator.spots(rotation * Rotation.from_axes_angles((0, 0, 1), -angle))
    counter_clockwise = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    _assert_same_spots(turned, Spots(spots.xy @ counter_clockwise.T, spots.intensity))


def _assert_same_spots(first, second):
    """Compare all but the faintest spots, of which rounding keeps one and drops another."""
    for some, others in ((first, second), (second, first)):
        strong = some.intensity > 1e-5
        distance = np.linalg.norm(some.xy[strong, None] - others.xy[None], axis=-1)
        nearest = distance.argmin(axis=1)
        assert distance.min(axis=1).max() < 1e-6
        np.testing.assert_allclose(others.intensity[nearest], some.intensity[strong], rtol=1e-4)
