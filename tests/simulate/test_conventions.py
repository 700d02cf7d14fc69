"""The conventions close: what is stored as an orientation is what diffsims makes the pattern from."""

import numpy as np
from diffsims.generators.simulation_generator import SimulationGenerator
from orix.quaternion import Rotation
from scipy.ndimage import maximum_filter, uniform_filter

from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
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
