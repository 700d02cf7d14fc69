"""Simulate, match, and the truth comes back, for every Laue group."""

from dataclasses import replace

import numpy as np
import pytest
from matched import DETECTOR, SETTINGS, drawn
from orix.quaternion import Rotation
from phases import PHASES

from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.rotations import from_matrices, random_rotations, rotations_about
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.indexing.bank import polar_grid
from keras_stem.indexing.matching import MIRROR, Matcher
from keras_stem.indexing.ranking import rank
from keras_stem.indexing.spot_images import SpotFinder
from keras_stem.instrument.detector import Detector
from keras_stem.simulate.patterns import Microscope, PatternSimulator


def errors(phase, truth, found):
    """The disorientation modulo the 180° in-plane ambiguity, deg."""
    symmetry = proper_point_group(phase)
    both = [disorientation(truth, found * mate, symmetry) for mate in (Rotation.identity(), BEAM_TWOFOLD)]
    return np.rad2deg(np.minimum(*both))


def matched(phase, patterns, settings):
    """The best solutions of patterns, with Q and R."""
    images = SpotFinder(DETECTOR, settings)(patterns)
    return rank([Matcher(phase, DETECTOR, settings).match(images)], [phase], 10, 1)


@pytest.mark.parametrize("name", PHASES)
def test_a_half_turn_about_y_mirrors_the_pattern(name, rng):
    simulator = PatternSimulator(PHASES[name](), Microscope(), DETECTOR)
    rotations = random_rotations(3, rng)
    half_turn = from_matrices(MIRROR[None])
    for spots, mirrored in zip(
        simulator.spots(rotations), simulator.spots(rotations * half_turn), strict=True
    ):
        strong = spots.intensity > 1e-5
        distance = np.linalg.norm(spots.xy[strong, None] * (1, -1) - mirrored.xy[None], axis=-1)
        assert distance.min(axis=1).max() < 1e-6
        np.testing.assert_allclose(
            mirrored.intensity[distance.argmin(axis=1)], spots.intensity[strong], rtol=1e-4
        )


@pytest.mark.parametrize("name", PHASES)
def test_templates_come_back(name, rng):
    """On the bank's zone axes and the grid's azimuths, so that nothing but the conventions can be wrong."""
    phase, settings = PHASES[name](), replace(SETTINGS, refine=0)
    bank, grid = Matcher(phase, DETECTOR, settings).bank, polar_grid(DETECTOR, settings)
    chosen = from_matrices(bank.matrices[rng.choice(len(bank), 10, replace=False)])
    turns = rotations_about(
        np.tile([0.0, 0, 1], (10, 1)), rng.integers(0, grid.azimuths, 10) * grid.azimuth_step
    )
    mirrored = np.arange(10) % 2 == 1
    mirror = from_matrices(np.where(mirrored[:, None, None], MIRROR, np.eye(3)))
    truth = chosen * mirror * turns
    wrong = errors(phase, truth, matched(phase, drawn(phase, truth), settings).rotations[:, 0])
    # A pattern with very few spots may fit another zone axis as well.
    assert np.sum(wrong[mirrored] > 0.01) <= 1
    assert np.sum(wrong[~mirrored] > 0.01) <= 1


@pytest.mark.parametrize("name", PHASES)
def test_refinement_finds_orientations_between_templates(name, rng):
    phase, truth = PHASES[name](), random_rotations(12, rng)
    patterns, settings = drawn(phase, truth), replace(SETTINGS, resolution=3)
    found = matched(phase, patterns, settings)
    wrong = errors(phase, truth, found.rotations[:, 0])
    assert np.median(wrong) < 0.5
    assert np.sum(wrong > 5) <= 2
    of_bank = matched(phase, patterns, replace(settings, refine=0)).rotations[:, 0]
    assert np.median(wrong) < 0.5 * np.median(errors(phase, truth, of_bank))
    assert np.median(found.q) > 75


def test_the_truth_and_not_its_twofold_comes_back_where_it_shows(rng):
    phase = PHASES["R-3m"]()
    truth = random_rotations(20, rng)
    found = matched(phase, drawn(phase, truth), replace(SETTINGS, resolution=3)).rotations[:, 0]
    wrong = np.rad2deg(disorientation(truth, found, proper_point_group(phase)))
    assert np.sum(wrong < 1) >= 17


@pytest.mark.parametrize(("refine", "resolution", "best"), [(1, 3.0, 1), (4, 3.0, 6), (12, 1.0, 1)])
def test_there_is_always_a_second_solution(refine, resolution, best, rng):
    phase = PHASES["R-3m"]()
    patterns = drawn(phase, random_rotations(4, rng))
    settings = replace(SETTINGS, refine=refine, resolution=resolution, best=best)
    assert np.all(matched(phase, patterns, settings).r < 100)


def test_detectors_need_not_be_square(rng):
    phase, truth = PHASES["R-3m"](), random_rotations(12, rng)
    wide = Detector((72, 120), DETECTOR.pixel_size)
    patterns = drawn(phase, truth, wide)
    settings = replace(SETTINGS, resolution=3, radius=wide.reciprocal_radius)
    images = SpotFinder(wide, settings)(patterns)
    found = rank([Matcher(phase, wide, settings).match(images)], [phase], 10, 1).rotations[:, 0]
    assert np.sum(errors(phase, truth, found) > 1) <= 2
