import dataclasses

import numpy as np
import orix.io
import pytest
from orix.quaternion import Rotation

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import CrystalFile
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.scan.scan import Scan
from keras_stem.simulate.matching_labels import imitate_template_matching
from keras_stem.simulate.microstructure import Polycrystal, grow
from keras_stem.simulate.patterns import Microscope, PatternSimulator
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan

SYMMETRY = proper_point_group(linio2())


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


@pytest.mark.parametrize(("grains", "seed"), [(24, 0), (24, 1), (100, 2), (150, 3)])
def test_default_thresholds_keep_40_to_60_percent(grains, seed):
    rng = np.random.default_rng(seed)
    labels = imitate_template_matching(grow(Polycrystal((80, 80), grains), rng), rng)
    kept = np.mean((labels.q >= 20) & (labels.r >= 15))
    assert 0.4 <= kept <= 0.6


def test_labels_know_where_they_err(rng):
    truth = grow(Polycrystal((80, 80), 24), rng)
    labels = imitate_template_matching(truth, rng)
    errors = np.rad2deg(disorientation(labels.rotations, truth.dominant.rotations, SYMMETRY))
    trusted = (labels.q >= 20) & (labels.r >= 15)
    assert np.median(errors[trusted]) < 0.7
    assert np.mean(errors[trusted] > 5) < 0.03
    assert np.mean(errors[~truth.in_sample] > 5) > 0.9
    boundary = truth.in_sample & (truth.dominant.weight < 0.8)
    assert labels.q[boundary].mean() < labels.q[truth.dominant.weight == 1].mean()
    assert labels.r[boundary].mean() < labels.r[truth.dominant.weight == 1].mean()


def test_grains_bend_no_more_than_they_may(rng):
    truth = grow(Polycrystal((60, 60), 10, spread=3.0, vacuum=0), rng)
    number, rotations = truth.dominant.number, truth.dominant.rotations
    for grain in np.unique(number):
        members = np.flatnonzero(number == grain)
        angles = disorientation(rotations[members], rotations[np.full(len(members), members[0])], SYMMETRY)
        assert np.rad2deg(angles.max()) <= 6.0 + 1e-6  # twice 3 deg, from one end to the other
    assert truth.in_sample.all()
    np.testing.assert_allclose(truth.dominant.weight + truth.second.weight, 1)
    assert (truth.dominant.weight >= 0.5).all()


def test_vacuum_takes_its_share(rng):
    truth = grow(Polycrystal((60, 60), 10, vacuum=0.3), rng)
    assert np.mean(~truth.in_sample) == pytest.approx(0.3, abs=0.01)
    assert not truth.dominant.weight[~truth.in_sample].any()


def test_electrons_are_conserved(rng):

    camera = Camera(pixels=64)
    simulator = PatternSimulator(linio2(), Microscope(halo=0.05), camera.detector)
    spots = simulator.spots(random_rotations(3, rng))
    vacuum = simulator.draw([], [], np.zeros(2))
    assert vacuum.sum() == pytest.approx(1)
    mixed = simulator.draw(spots[:2], [0.7, 0.3], np.zeros(2))
    assert 0.9 < mixed.sum() <= 1.001  # some spots stick out of the corners


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
    from keras_stem.simulate.microstructure import grow

    stream = np.random.SeedSequence(simulation.seed).spawn(3)[0]
    truth = grow(simulation.polycrystal, np.random.default_rng(stream))
    stored = orix.io.load(scan_path).prop
    symmetry = proper_point_group(linio2())
    for name, grain in (("truth", truth.dominant), ("second", truth.second)):
        angles = disorientation(Rotation.from_euler(stored[f"{name}_euler"]), grain.rotations, symmetry)
        assert angles.max() < 1e-6
        np.testing.assert_allclose(stored[f"{name}_weight"], grain.weight)
        np.testing.assert_array_equal(stored[f"{name}_grain"], grain.number)
