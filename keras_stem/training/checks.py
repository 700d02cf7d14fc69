"""The answers of a model, checked against simulations of them."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

from keras_stem.choices import REFINEMENTS
from keras_stem.crystal.disorientation import PATTERN_MATE, disorientation
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.rotations import from_matrices
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.heads.votes import DISTINCT
from keras_stem.indexing.refinement import PatternComparison
from keras_stem.models.card import ModelCard
from keras_stem.pipeline.source import PatternSource
from keras_stem.training.callbacks.progress import blocks_progress
from keras_stem.training.predict import Predictions

BLOCK = 512
"""Patterns that are in memory at once."""

MOST = 24
"""Candidates of a pattern that are refined: those that agree best as they are."""


@dataclass(frozen=True)
class CheckedAnswers:
    """Answers and how well they agree with the patterns.

    Parameters
    ----------
    euler
        Bunge Euler angles, shape (n, 3), radians: those of the model, or refined.
    agreement
        Of pattern and simulation, shape (n,), up to 100.
    rival
        That of the best of the other orientations that were looked at, shape (n,), or 0 where all became the
        answer; None if the model has one answer only.
    """

    euler: np.ndarray
    agreement: np.ndarray
    rival: np.ndarray | None


def check_answers(
    card: ModelCard,
    source: PatternSource,
    positions: np.ndarray,
    predictions: Predictions,
    refine: str | None = None,
    verbose: bool = False,
) -> CheckedAnswers | None:
    """Compare patterns with simulations of what a model said of them, and refine it on demand.

    Parameters
    ----------
    card
        Of the model.
    source
        Where to read.
    positions
        Shape (n,), ascending.
    predictions
        Of the model for them.
    refine
        "quick": the answer and its runner-up are moved to where they agree best, and the better is taken.
        "thorough": all that the predictions hold for possible, and each turned by half about the beam. None:
        the answers are left as they are.
    verbose
        Whether to show progress.

    Returns
    -------
    CheckedAnswers
        None if the phase cannot be simulated.

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated and refinement is wanted, or there is no such refinement.
    """
    if refine is not None and refine not in REFINEMENTS:
        raise KerasStemError(f"Expected a refinement out of {', '.join(REFINEMENTS)}, found {refine!r}.")
    try:
        comparison = PatternComparison(card.load_phase(), card.instrument)
    except KerasStemError:
        if refine:
            raise
        return None
    symmetry = proper_point_group(card.load_phase())
    euler, agreement, rival = predictions.euler.copy(), np.empty(len(positions)), np.empty(len(positions))
    with blocks_progress("Refining" if refine else "Checking", len(positions), verbose) as advance:
        for first in range(0, len(positions), BLOCK):
            block = slice(first, first + BLOCK)
            patterns = source.read(positions[block])
            candidates = _candidates(predictions, block, refine)
            if refine:
                candidates = _refined(comparison, patterns, candidates)
            agreements = comparison.agreement(patterns, candidates)
            best = agreements.argmax(axis=1) if refine else np.zeros(len(patterns), int)
            answers = from_matrices(candidates[np.arange(len(best)), best])
            agreement[block] = agreements[np.arange(len(best)), best]
            rival[block] = _rivals(candidates, agreements, answers, symmetry)
            if refine:
                euler[block] = reduce_euler(answers, symmetry)
            advance(len(patterns))
    return CheckedAnswers(euler, agreement, None if predictions.runners_up is None else rival)


def _refined(comparison: PatternComparison, patterns: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return the candidates, or the best of many, moved to where they agree best."""
    if candidates.shape[1] > MOST:
        order = np.argsort(-comparison.agreement(patterns, candidates), axis=1)[:, :MOST]
        candidates = np.take_along_axis(candidates, order[..., None, None], axis=1)
    return comparison.refine(patterns, candidates)


def _candidates(predictions: Predictions, block: slice, refine: str | None) -> np.ndarray:
    """Return what the model holds for possible, (n, k, 3, 3), lab to crystal; its answer is the first."""
    answers = predictions.euler[block][:, None]
    if predictions.runners_up is not None:
        others = predictions.runners_up[block]
        answers = np.concatenate([answers, others if refine == "thorough" else others[:, :1]], axis=1)
    rotations = Rotation.from_euler(answers.reshape(-1, 3).astype(float))
    matrices = rotations.to_matrix().reshape(*answers.shape[:2], 3, 3)
    if refine != "thorough":
        return matrices
    return np.concatenate([matrices, matrices @ PATTERN_MATE.to_matrix()[0]], axis=1)


def _rivals(
    candidates: np.ndarray, agreements: np.ndarray, answers: Rotation, symmetry: Symmetry
) -> np.ndarray:
    """Return the best agreement among the candidates that are other orientations than the answers, or 0."""
    count = candidates.shape[1]
    repeated = Rotation(np.repeat(answers.data, count, axis=0))
    apart = disorientation(from_matrices(candidates.reshape(-1, 3, 3)), repeated, symmetry)
    return np.where(apart.reshape(-1, count) > DISTINCT, agreements, 0.0).max(axis=1)
