"""Answers of a model, compared with their expected spots and refined."""

import numpy as np
import pytest
from orix.crystal_map import Phase
from orix.quaternion import Rotation
from simulated import PURE

from keras_stem.choices import REFINEMENTS
from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.frames import ORIX_FRAME
from keras_stem.crystal.phase import linio2, phase_to_dict
from keras_stem.crystal.rotations import random_rotations, small_rotations
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.matching import Matcher
from keras_stem.inference.predictions import Predictions
from keras_stem.inference.steps import known_of_refined
from keras_stem.inference.verification import VerifiedAnswers, verify
from keras_stem.instrument.beam import PAPER_BEAM
from keras_stem.instrument.instrument import Instrument
from keras_stem.models.card import ModelCard
from keras_stem.pipeline.source import ArraySource
from keras_stem.simulate.stream import PatternStream

COUNT = 40
POSITIONS = np.arange(COUNT)
SYMMETRY = proper_point_group(linio2())


def card_of(phase):
    detector, beam = Instrument().detector, PAPER_BEAM
    return ModelCard(
        arch="polar",
        target="votes",
        phase=phase_to_dict(phase),
        point_group=SYMMETRY.name,
        frame=ORIX_FRAME,
        detector_shape=detector.shape,
        pixel_size=detector.pixel_size,
        beam_energy=beam.energy,
        precession_angle=beam.precession_angle,
        convergence_angle=beam.convergence_angle,
        label_mean=(),
        label_std=(),
        fingerprint="",
        recipe={},
        version="",
    )


@pytest.fixture(scope="module")
def patterns():
    """Patterns, and their orientations."""
    counts, matrices = PatternStream(linio2(), Instrument(), PURE, seed=1).batch(0, COUNT)
    return ArraySource(counts), Rotation.from_matrix(matrices.astype(float))


def near(truth, rng):
    """Orientations 1 deg off."""
    return (small_rotations(np.full(COUNT, np.deg2rad(1.0)), rng) * truth).to_euler()


def errors(euler, truth):
    """Disorientations, deg."""
    return np.rad2deg(disorientation(Rotation.from_euler(euler), truth, SYMMETRY))


def test_answers_are_left_as_they_are_unless_they_are_refined(patterns, rng):
    source, truth = patterns
    told = Predictions(near(truth, rng))
    checked = verify(card_of(linio2()), source, POSITIONS, told)
    np.testing.assert_array_equal(checked.euler, told.euler)
    assert checked.runner_up_agreement is None
    refined = verify(card_of(linio2()), source, POSITIONS, told, refine="quick")
    assert np.median(errors(refined.euler, truth)) < 0.3
    assert np.all(refined.agreement >= checked.agreement)


def test_the_better_of_two_answers_wins_when_refined(patterns, rng):
    source, truth = patterns
    right, wrong = near(truth, rng), random_rotations(COUNT, rng).to_euler()
    second = np.arange(COUNT)[:, None] % 2 == 1
    told = Predictions(np.where(second, wrong, right), runners_up=np.where(second, right, wrong)[:, None])
    checked = verify(card_of(linio2()), source, POSITIONS, told)
    assert np.all((checked.runner_up_agreement > checked.agreement) == second[:, 0])
    assert np.all((checked.evidence < 0) == second[:, 0])
    refined = verify(card_of(linio2()), source, POSITIONS, told, refine="quick")
    assert np.mean(errors(refined.euler, truth) < 0.5) > 0.9
    assert np.all(refined.agreement >= refined.runner_up_agreement)


@pytest.fixture
def no_help(monkeypatch, rng):
    """Template matching has wrong solutions alone."""
    wrong = random_rotations(COUNT * 3, rng).to_matrix().reshape(COUNT, 3, 3, 3)
    monkeypatch.setattr(Matcher, "solutions", lambda self, images: (wrong, np.ones((COUNT, 3))))


def test_half_turns_and_runners_up_are_tried(patterns, rng, no_help):
    source, truth = patterns
    turned = (Rotation.from_euler(near(truth, rng)) * BEAM_TWOFOLD).to_euler()
    wrong = random_rotations(COUNT, rng).to_euler()
    for told in (Predictions(turned), Predictions(wrong, runners_up=turned[:, None])):
        refined = verify(card_of(linio2()), source, POSITIONS, told, refine="quick")
        assert np.mean(errors(refined.euler, truth) < 1) > 0.9
    lost = verify(card_of(linio2()), source, POSITIONS, Predictions(wrong), refine="quick")
    assert np.mean(errors(lost.euler, truth) < 1) < 0.2


@pytest.mark.parametrize("refine", REFINEMENTS)
def test_refinement_does_not_depend_on_right_predictions(refine, patterns, rng):
    source, truth = patterns
    told = Predictions(random_rotations(COUNT, rng).to_euler())
    refined = verify(card_of(linio2()), source, POSITIONS, told, refine=refine)
    right = errors(refined.euler, truth) < 1
    assert np.mean(right) > 0.85
    assert np.median(refined.evidence[right]) > 1


def test_answers_that_become_one_are_no_rivals(patterns, rng):
    source, truth = patterns
    told = Predictions(near(truth, rng), runners_up=near(truth, rng)[:, None])
    refined = verify(card_of(linio2()), source, POSITIONS, told, refine="quick")
    assert np.median(refined.agreement - refined.runner_up_agreement) > 5


def test_vacuum_is_marked_and_its_predictions_kept(patterns, rng):
    distance = Instrument().detector.distances / Instrument().detector.pixel_size
    noise = rng.poisson(2e4 * (distance < 2.5) + 50 * np.exp(-distance / 5), (COUNT // 2, 64, 64))
    vacuum = np.concatenate([noise, np.zeros_like(noise)]).astype(np.float32)
    told = Predictions(random_rotations(COUNT, rng).to_euler())
    refined = verify(card_of(linio2()), ArraySource(vacuum), POSITIONS, told, refine="quick")
    known = known_of_refined(refined)
    assert known["out_of_distribution"].mean() > 0.95
    assert np.isfinite(known["uncertainty_95"]).all()
    assert np.median(known["uncertainty"]) > 5
    empty = Rotation.from_euler(told.euler[COUNT // 2 :])
    np.testing.assert_allclose(errors(refined.euler[COUNT // 2 :], empty), 0, atol=1e-3)


def test_overlapping_disks_do_not_hide_the_better_answer():
    """Correlations above 1 are compared as they are, and told as 100."""
    answers = VerifiedAnswers(np.zeros((1, 3)), np.array([110.0]), np.array([101.0]), np.array([10.0]))
    np.testing.assert_allclose(answers.evidence, 10 * (1.10**2 - 1.01**2))
    assert known_of_refined(answers)["agreement"].tolist() == [100]


def test_an_unknown_refinement_is_a_clear_error(patterns, rng):
    source, truth = patterns
    with pytest.raises(KerasStemError, match="quick, thorough"):
        verify(card_of(linio2()), source, POSITIONS, Predictions(near(truth, rng)), refine="slow")


def test_positions_in_several_blocks(patterns, rng, monkeypatch):
    source, truth = patterns
    told = Predictions(near(truth, rng), runners_up=near(truth, rng)[:, None])
    whole = verify(card_of(linio2()), source, POSITIONS, told, refine="quick")
    monkeypatch.setattr("keras_stem.inference.blocks.block_size", lambda source: 7)
    parts = verify(card_of(linio2()), source, POSITIONS, told, refine="quick")
    np.testing.assert_array_equal(parts.euler, whole.euler)
    np.testing.assert_array_equal(parts.agreement, whole.agreement)


def test_a_phase_that_cannot_be_simulated_is_an_error_only_if_it_has_to_be(patterns, rng):
    source, truth = patterns
    bare = card_of(Phase("bare", space_group=166))
    told = Predictions(near(truth, rng))
    assert verify(bare, source, POSITIONS, told) is None
    with pytest.raises(KerasStemError, match="bare"):
        verify(bare, source, POSITIONS, told, refine="quick")
