"""Simulated scans: seeds, drift, hot pixels and truth."""

import dataclasses

import numpy as np
import orix.io
import pytest
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal, grow
from keras_stem.simulate.patterns import Microscope
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan


def test_result_depends_on_the_seed_and_not_on_the_workers(tmp_path, simulation):
    patterns = {}
    for name, seed, workers in (("one", 3, 1), ("two", 3, 2), ("other", 4, 1)):
        simulate_scan(tmp_path / name, dataclasses.replace(simulation, seed=seed), workers=workers)
        with Scan(tmp_path / name) as scan:
            patterns[name] = scan.patterns[:]
    np.testing.assert_array_equal(patterns["one"], patterns["two"])
    assert (patterns["one"] != patterns["other"]).any()


def test_progress_counts_every_pattern(tmp_path, simulation):
    counted = []
    simulate_scan(tmp_path / "scan.h5", simulation, counted.append)
    assert sum(counted) == 16 * 20


def test_drift_and_hot_pixels(tmp_path):
    settings = Simulation(
        polycrystal=Polycrystal(shape=(12, 4), grains=2), camera=Camera(drift=3.0, hot_pixels=2), seed=1
    )
    simulate_scan(tmp_path / "scan.h5", settings)
    with Scan(tmp_path / "scan.h5") as scan:
        patterns = scan.read(np.arange(48)).astype(float)
    hot = (patterns > 4000).all(axis=0)
    assert hot.sum() == 2
    patterns[:, hot] = 0
    brightest = np.array([np.unravel_index(p.argmax(), p.shape) for p in patterns])
    wander = np.linalg.norm(brightest - 31.5, axis=1)
    assert 2 < wander.max() < 5


def test_a_cubic_phase_simulates(tmp_path, copper_cif):
    settings = Simulation(polycrystal=Polycrystal((4, 4), 2), crystal=CrystalFile(str(copper_cif)))
    simulate_scan(tmp_path / "scan.h5", settings)
    with Scan(tmp_path / "scan.h5") as scan:
        assert scan.phase.name == "Cu"
        assert scan.patterns[:].any()


def test_impossible_settings_are_clear_errors():
    for make in (
        lambda: Polycrystal(shape=(1, 5)),
        lambda: Polycrystal(grains=1),
        lambda: Polycrystal(vacuum=0.95),
        lambda: Camera(pixels=32),
        lambda: Camera(dose=0),
        lambda: Microscope(direct=0.8, diffuse=0.4),
    ):
        with pytest.raises(KerasStemError):
            make()


def test_the_truth_reads_back_as_it_was_simulated(simulation, scan_path):

    stream = np.random.SeedSequence(simulation.seed).spawn(3)[0]
    truth = grow(simulation.polycrystal, np.random.default_rng(stream))
    stored = orix.io.load(scan_path).prop
    symmetry = proper_point_group(linio2())
    for name, grain in (("truth", truth.dominant), ("second", truth.second)):
        angles = disorientation(Rotation.from_euler(stored[f"{name}_euler"]), grain.rotations, symmetry)
        assert angles.max() < 1e-6
        np.testing.assert_allclose(stored[f"{name}_weight"], grain.weight)
        np.testing.assert_array_equal(stored[f"{name}_grain"], grain.number)
