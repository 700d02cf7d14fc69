"""The answers of a model, checked against simulations of them."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.phase import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.refinement import PatternComparison
from keras_stem.models.card import ModelCard
from keras_stem.pipeline.source import PatternSource
from keras_stem.training.callbacks.progress import blocks_progress
from keras_stem.training.predict import Predictions

BLOCK = 512
"""Patterns that are in memory at once."""


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
        That of the runner-up, shape (n,); None if there is none.
    """

    euler: np.ndarray
    agreement: np.ndarray
    rival: np.ndarray | None


def check_answers(
    card: ModelCard,
    source: PatternSource,
    positions: np.ndarray,
    predictions: Predictions,
    refine: bool = False,
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
        Whether to move each orientation to where it agrees best, the runner-up of the model included.
    verbose
        Whether to show progress.

    Returns
    -------
    CheckedAnswers
        None if the phase cannot be simulated.

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated and refinement is wanted.
    """
    try:
        comparison = PatternComparison(card.load_phase(), card.instrument)
    except KerasStemError:
        if refine:
            raise
        return None
    candidates = _candidates(predictions)
    agreement = np.empty(candidates.shape[:2])
    with blocks_progress("Refining" if refine else "Checking", len(positions), verbose) as advance:
        for first in range(0, len(positions), BLOCK):
            block = slice(first, first + BLOCK)
            patterns = source.read(positions[block])
            if refine:
                candidates[block] = comparison.refine(patterns, candidates[block])
            agreement[block] = comparison.agreement(patterns, candidates[block])
            advance(len(patterns))
    if refine:
        best = agreement.argmax(axis=1)
        found = Rotation.from_matrix(candidates[np.arange(len(best)), best])
        euler = reduce_euler(found, proper_point_group(card.load_phase()))
        agreement = -np.sort(-agreement, axis=1)
    else:
        euler = predictions.euler
    rival = agreement[:, 1] if agreement.shape[1] > 1 else None
    return CheckedAnswers(euler, agreement[:, 0], rival)


def _candidates(predictions: Predictions) -> np.ndarray:
    """Return what the model holds for possible, (n, k, 3, 3), lab to crystal."""
    answers = [predictions.euler]
    if predictions.runner_up is not None:
        answers.append(predictions.runner_up)
    matrices = [Rotation.from_euler(euler.astype(float)).to_matrix() for euler in answers]
    return np.stack(matrices, axis=1)
