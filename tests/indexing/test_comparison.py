"""Orientations are moved to where the expected spots agree with the patterns."""

from dataclasses import replace

import numpy as np
import pytest
from diffpy.structure import Atom, Lattice, Structure
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from phases import PHASES
from simulated import PURE

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.comparison import SpotComparison
from keras_stem.indexing.settings import Matching
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.simulate.stream import PatternStream

COUNT = 60


class Compared:
    """Comparison of a phase in an instrument, from patterns."""

    def __init__(self, phase, instrument=Instrument()):  # noqa: B008 - it is frozen
        settings = Matching().for_instrument(instrument)
        self._find = SpotFinder(instrument.detector, settings)
        self._comparison = SpotComparison(phase, instrument.detector, settings)

    def correlation(self, patterns, matrices):
        return self._comparison.correlation(self._find(patterns), matrices)

    def refined(self, patterns, matrices):
        return self._comparison.refined(self._find(patterns), matrices)


class Simulated(Compared):
    """Patterns of a phase with their orientations."""

    def __init__(self, name):
        self.phase = PHASES[name]()
        super().__init__(self.phase)
        self.patterns, matrices = PatternStream(self.phase, Instrument(), PURE, seed=1).batch(0, COUNT)
        self.truth = Rotation.from_matrix(matrices.astype(float))

    def errors(self, matrices):
        """Disorientations from the truth, deg."""
        found = Rotation.from_matrix(matrices)
        return np.rad2deg(disorientation(found, self.truth, proper_point_group(self.phase)))

    def near(self, angles, rng):
        """Orientations off by angles (deg), shape (n, 1, 3, 3)."""
        angles = np.broadcast_to(np.deg2rad(angles), COUNT)
        return (small_rotations(angles, rng) * self.truth).to_matrix()[:, None]


@pytest.fixture(scope="module", params=["R-3m", "Pm-3m"])
def simulated(request):
    return Simulated(request.param)


def test_orientations_are_refined(simulated, rng):
    start = simulated.near(rng.rayleigh(1.0, COUNT), rng)
    assert np.median(simulated.errors(start[:, 0])) > 0.8
    refined = simulated.refined(simulated.patterns, start)[:, 0]
    assert np.median(simulated.errors(refined)) < 0.3
    squares = refined @ refined.transpose(0, 2, 1)
    np.testing.assert_allclose(squares, np.broadcast_to(np.eye(3), squares.shape), atol=1e-9)


def test_a_drifted_direct_beam_is_followed(simulated, rng):
    drifting = PatternStream(simulated.phase, Instrument(), replace(PURE, drift=(0.5, 0.5)), seed=1)
    patterns, matrices = drifting.batch(0, COUNT)
    np.testing.assert_allclose(matrices, simulated.truth.to_matrix(), atol=1e-3)
    refined = simulated.refined(patterns, simulated.near(rng.rayleigh(1.0, COUNT), rng))
    assert np.median(simulated.errors(refined[:, 0])) < 0.3
    centred, drifted = (simulated.correlation(seen, refined) for seen in (simulated.patterns, patterns))
    assert np.median(np.abs(drifted - centred)) < 0.04


def test_a_hidden_direct_beam_is_no_obstacle(simulated, rng):
    patterns = simulated.patterns.copy()
    patterns[:, 28:36, 28:36] = 0
    refined = simulated.refined(patterns, simulated.near(rng.rayleigh(1.0, COUNT), rng))[:, 0]
    assert np.median(simulated.errors(refined)) < 0.4


def test_refined_orientations_agree_better(simulated, rng):
    start = simulated.near(1.5, rng)
    refined = simulated.refined(simulated.patterns, start)
    before, after = (simulated.correlation(simulated.patterns, made) for made in (start, refined))
    assert np.mean(after > before) > 0.9
    assert np.median(after) > np.median(before) + 0.05


def test_each_candidate_is_refined_for_itself(simulated, rng):
    near = simulated.near(1.0, rng)
    candidates = np.concatenate([random_rotations(COUNT, rng).to_matrix()[:, None], near], axis=1)
    refined = simulated.refined(simulated.patterns, candidates)
    np.testing.assert_array_equal(refined[:, 1:], simulated.refined(simulated.patterns, near))
    correlation = simulated.correlation(simulated.patterns, refined)
    assert np.mean(correlation[:, 1] > correlation[:, 0]) > 0.95


def test_correlation_tells_right_from_wrong(simulated, rng):
    orientations = np.stack([simulated.truth.to_matrix(), random_rotations(COUNT, rng).to_matrix()], axis=1)
    right, wrong = simulated.correlation(simulated.patterns, orientations).T
    assert np.median(right) > 0.7
    assert np.median(wrong) < 0.4


def test_equivalent_orientations_agree_alike(simulated):
    symmetry = proper_point_group(simulated.phase)
    ways = [(Rotation(operation.data) * simulated.truth).to_matrix() for operation in symmetry]
    correlation = simulated.correlation(simulated.patterns, np.stack(ways, axis=1))
    assert np.ptp(correlation, axis=1).max() < 1e-3


def test_vacuum_agrees_with_nothing(simulated, rng):
    rows, columns = np.indices((64, 64)) - 31.5
    distance = np.hypot(rows, columns)
    vacuum = rng.poisson(2e4 * (distance < 2.5) + 50 * np.exp(-distance / 5), (COUNT, 64, 64))
    random = random_rotations(COUNT, rng).to_matrix()[:, None]
    for patterns in (vacuum, np.zeros((COUNT, 64, 64), np.uint16)):
        correlation = simulated.correlation(patterns, random)
        assert np.isfinite(correlation).all()
        assert np.median(correlation) < 0.3
        refined = simulated.refined(patterns, random)
        assert np.isfinite(refined).all()
        assert np.median(simulated.correlation(patterns, refined)) < 0.4


def test_the_camera_length_and_the_beam_are_those_of_the_instrument():
    patterns, matrices = PatternStream(PHASES["R-3m"](), Instrument(), PURE, seed=2).batch(0, 20)
    known, longer, still = (
        np.median(Compared(PHASES["R-3m"](), instrument).correlation(patterns, matrices[:, None]))
        for instrument in (
            Instrument(),
            Instrument(Detector((64, 64), 0.054)),
            Instrument(beam=Beam(300, 1.6, 0.0)),
        )
    )
    assert known > longer + 0.2
    assert abs(known - still) > 0.01


def test_a_phase_that_cannot_be_simulated_is_a_clear_error():
    structure = Structure([Atom("Xx", [0, 0, 0])], lattice=Lattice(4, 4, 4, 90, 90, 90))
    with pytest.raises(KerasStemError, match="odd"):
        Compared(Phase("odd", space_group=221, structure=structure))
