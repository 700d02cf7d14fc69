"""Simulated patterns conserve electrons and have the symmetry of their phase."""

import numpy as np
import pytest
from diffpy.structure import Lattice, Structure
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from phases import PHASES

from keras_stem.crystal.phase import linio2
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.simulate.patterns import Microscope, PatternSimulator, Spots, stretch
from keras_stem.simulate.simulation import Camera


def test_electrons_are_conserved(rng):

    camera = Camera(pixels=64)
    simulator = PatternSimulator(linio2(), Microscope(halo=0.05), camera.detector)
    spots = simulator.spots(random_rotations(3, rng))
    vacuum = simulator.draw([], [], np.zeros(2))
    assert vacuum.sum() == pytest.approx(1)
    mixed = simulator.draw(spots[:2], [0.7, 0.3], np.zeros(2))
    assert 0.9 < mixed.sum() <= 1.001  # some spots stick out of the corners


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


@pytest.mark.parametrize(
    ("constants", "expected"),
    [
        ((4, 5, 6, 90, 90, 90), 1.0),
        ((4, 4, 6, 90, 90, 120), 2 / np.sqrt(3)),  # a a* = 1 / sin 120°
        ((4, 5, 6, 90, 105, 90), 1 / np.sin(np.deg2rad(105))),
    ],
)
def test_oblique_cells_need_a_larger_radius(constants, expected):
    phase = Phase("a", point_group="1", structure=Structure(lattice=Lattice(*constants)))
    assert stretch(phase) == pytest.approx(expected)
