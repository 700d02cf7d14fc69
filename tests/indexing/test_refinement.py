"""Orientations are moved to where simulations agree with the patterns."""

from dataclasses import replace

import numpy as np
import pytest
from orix.quaternion import Rotation
from phases import PHASES
from simulated import PURE

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.refinement import PatternComparison
from keras_stem.instrument.beam import Beam
from keras_stem.instrument.detector import Detector
from keras_stem.instrument.instrument import Instrument
from keras_stem.simulate.stream import PatternStream

COUNT = 60


class Simulated:
    """Patterns of a phase with their orientations, and what compares them."""

    def __init__(self, name):
        self.phase = PHASES[name]()
        self.patterns, matrices = PatternStream(self.phase, Instrument(), PURE, seed=1).batch(0, COUNT)
        self.truth = Rotation.from_matrix(matrices.astype(float))
        self.comparison = PatternComparison(self.phase, Instrument())

    def errors(self, matrices):
        """Disorientations from the truth, deg."""
        found = Rotation.from_matrix(matrices)
        return np.rad2deg(disorientation(found, self.truth, proper_point_group(self.phase)))


@pytest.fixture(scope="module", params=["R-3m", "Pm-3m"])
def simulated(request):
    return Simulated(request.param)


def test_orientations_are_refined(simulated, rng):
    start = (small_rotations(np.deg2rad(rng.rayleigh(1.0, COUNT)), rng) * simulated.truth).to_matrix()
    assert np.median(simulated.errors(start)) > 0.8
    refined = simulated.comparison.refine(simulated.patterns, start[:, None])[:, 0]
    assert np.median(simulated.errors(refined)) < 0.2
    squares = refined @ refined.transpose(0, 2, 1)
    np.testing.assert_allclose(squares, np.broadcast_to(np.eye(3), squares.shape), atol=1e-9)


def test_a_drifted_direct_beam_is_followed(simulated, rng):
    drifting = PatternStream(simulated.phase, Instrument(), replace(PURE, drift=(0.5, 0.5)), seed=1)
    patterns, matrices = drifting.batch(0, COUNT)
    np.testing.assert_allclose(matrices, simulated.truth.to_matrix(), atol=1e-3)
    start = (small_rotations(np.deg2rad(rng.rayleigh(1.0, COUNT)), rng) * simulated.truth).to_matrix()
    refined = simulated.comparison.refine(patterns, start[:, None])
    assert np.median(simulated.errors(refined[:, 0])) < 0.2
    centred, drifted = (
        simulated.comparison.agreement(seen, refined) for seen in (simulated.patterns, patterns)
    )
    assert np.median(np.abs(drifted - centred)) < 2


def test_a_hidden_direct_beam_is_no_obstacle(simulated, rng):
    patterns = simulated.patterns.copy()
    patterns[:, 28:36, 28:36] = 0
    start = (small_rotations(np.deg2rad(rng.rayleigh(1.0, COUNT)), rng) * simulated.truth).to_matrix()
    refined = simulated.comparison.refine(patterns, start[:, None])[:, 0]
    assert np.median(simulated.errors(refined)) < 0.25


def test_refined_orientations_agree_no_less(simulated, rng):
    start = (small_rotations(np.full(COUNT, np.deg2rad(1.5)), rng) * simulated.truth).to_matrix()[:, None]
    refined = simulated.comparison.refine(simulated.patterns, start)
    before, after = (simulated.comparison.agreement(simulated.patterns, made) for made in (start, refined))
    assert np.all(after >= before)
    assert np.median(after) > np.median(before) + 5


def test_each_candidate_is_refined_for_itself(simulated, rng):
    near = (small_rotations(np.full(COUNT, np.deg2rad(1.0)), rng) * simulated.truth).to_matrix()
    candidates = np.stack([random_rotations(COUNT, rng).to_matrix(), near], axis=1)
    refined = simulated.comparison.refine(simulated.patterns, candidates)
    np.testing.assert_array_equal(
        refined[:, 1], simulated.comparison.refine(simulated.patterns, near[:, None])[:, 0]
    )
    agreement = simulated.comparison.agreement(simulated.patterns, refined)
    assert np.mean(agreement[:, 1] > agreement[:, 0]) > 0.95


def test_agreement_tells_right_from_wrong(simulated, rng):
    orientations = np.stack([simulated.truth.to_matrix(), random_rotations(COUNT, rng).to_matrix()], axis=1)
    right, wrong = simulated.comparison.agreement(simulated.patterns, orientations).T
    assert np.median(right) > 80
    assert np.median(wrong) < 30
    assert right.max() <= 100 + 1e-9


def test_equivalent_orientations_agree_alike(simulated):
    symmetry = proper_point_group(simulated.phase)
    ways = [(Rotation(operation.data) * simulated.truth).to_matrix() for operation in symmetry]
    agreement = simulated.comparison.agreement(simulated.patterns, np.stack(ways, axis=1))
    assert np.ptp(agreement, axis=1).max() < 0.1


def test_vacuum_agrees_with_nothing(simulated, rng):
    rows, columns = np.indices((64, 64)) - 31.5
    distance = np.hypot(rows, columns)
    vacuum = rng.poisson(2e4 * (distance < 2.5) + 50 * np.exp(-distance / 5), (COUNT, 64, 64))
    random = random_rotations(COUNT, rng).to_matrix()[:, None]
    for patterns in (vacuum, np.zeros((COUNT, 64, 64), np.uint16)):
        agreement = simulated.comparison.agreement(patterns, random)
        assert np.isfinite(agreement).all()
        assert np.median(agreement) < 20
        refined = simulated.comparison.refine(patterns, random)
        assert np.isfinite(refined).all()
        assert np.median(simulated.comparison.agreement(patterns, refined)) < 30


def test_the_camera_length_and_the_beam_are_those_of_the_instrument():
    patterns, matrices = PatternStream(PHASES["R-3m"](), Instrument(), PURE, seed=2).batch(0, 20)
    found = [
        np.median(PatternComparison(PHASES["R-3m"](), instrument).agreement(patterns, matrices[:, None]))
        for instrument in (
            Instrument(),
            Instrument(Detector((64, 64), 0.054)),
            Instrument(beam=Beam(300, 1.6, 0.0)),
        )
    ]
    assert found[0] > found[1] + 20
    assert found[0] > found[2] + 2


def test_a_phase_that_cannot_be_simulated_is_a_clear_error():
    from diffpy.structure import Atom, Lattice, Structure
    from orix.crystal_map import Phase

    structure = Structure([Atom("Xx", [0, 0, 0])], lattice=Lattice(4, 4, 4, 90, 90, 90))
    with pytest.raises(KerasStemError, match="odd"):
        PatternComparison(Phase("odd", space_group=221, structure=structure), Instrument())
