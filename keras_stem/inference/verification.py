"""The answers of a model, verified against simulations of them, and refined."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from orix.quaternion.symmetry import Symmetry

from keras_stem.choices import REFINEMENTS
from keras_stem.crystal.disorientation import PATTERN_MATE, disorientation
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.rotations import from_matrices, matrices_of_euler
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.heads.votes import DISTINCT
from keras_stem.indexing.refinement import PatternComparison
from keras_stem.inference.blocks import read_blocks
from keras_stem.inference.predictions import Predictions
from keras_stem.models.card import ModelCard
from keras_stem.pipeline.source import PatternSource

MOST = 24
"""Candidates of a pattern that are refined: those that agree best as they are."""


@dataclass(frozen=True)
class VerifiedAnswers:
    """Answers and how well they agree with the patterns.

    Parameters
    ----------
    euler
        Bunge Euler angles, shape (n, 3), radians: those of the model, or refined.
    agreement
        Agreement of pattern and simulation, shape (n,), up to 100.
    runner_up_agreement
        Agreement of the best of the other orientations that were compared, shape (n,), or 0 where all became
        the answer; None if the model has one answer only.
    """

    euler: np.ndarray
    agreement: np.ndarray
    runner_up_agreement: np.ndarray | None

    @classmethod
    def joined(cls, parts: Sequence["VerifiedAnswers"]) -> "VerifiedAnswers":
        """Return the answers of several blocks as one."""
        lone = parts[0].runner_up_agreement is None
        return cls(
            np.concatenate([part.euler for part in parts]),
            np.concatenate([part.agreement for part in parts]),
            None if lone else np.concatenate([part.runner_up_agreement for part in parts]),
        )


class Verifier:
    """Compares patterns with simulations of what a model says of them.

    Parameters
    ----------
    comparison
        Compares patterns with orientations.
    symmetry
        Proper point group.
    """

    def __init__(self, comparison: PatternComparison, symmetry: Symmetry):
        self._comparison = comparison
        self._symmetry = symmetry

    def verify(
        self, patterns: np.ndarray, predictions: Predictions, refine: str | None = None
    ) -> VerifiedAnswers:
        """Compare patterns with simulations, and refine the answers on demand.

        Parameters
        ----------
        patterns
            Shape (n, H, W), counts.
        predictions
            What the model says of them.
        refine
            "quick": the answer and its runner-up are moved to where they agree best, and the better is
            taken. "thorough": all that the predictions hold possible, and each rotated by 180 degrees about
            the beam. None: the answers are left as they are.
        """
        candidates = _candidates(predictions, refine)
        if refine:
            candidates = self._refined(patterns, candidates)
        agreements = self._comparison.agreement(patterns, candidates)
        best = agreements.argmax(axis=1) if refine else np.zeros(len(patterns), int)
        rows = np.arange(len(best))
        answers = candidates[rows, best]
        euler = reduce_euler(from_matrices(answers), self._symmetry) if refine else predictions.euler
        others = self._runner_up_agreement(candidates, agreements, answers)
        return VerifiedAnswers(
            euler, agreements[rows, best], None if predictions.runners_up is None else others
        )

    def _refined(self, patterns: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """Return the candidates, or the best of many, moved to where they agree best."""
        if candidates.shape[1] > MOST:
            order = np.argsort(-self._comparison.agreement(patterns, candidates), axis=1)[:, :MOST]
            candidates = np.take_along_axis(candidates, order[..., None, None], axis=1)
        return self._comparison.refine(patterns, candidates)

    def _runner_up_agreement(
        self, candidates: np.ndarray, agreements: np.ndarray, answers: np.ndarray
    ) -> np.ndarray:
        """Return the best agreement of candidates that are other orientations than the answers, or 0."""
        count = candidates.shape[1]
        repeated = from_matrices(np.repeat(answers, count, axis=0))
        apart = disorientation(from_matrices(candidates.reshape(-1, 3, 3)), repeated, self._symmetry)
        return np.where(apart.reshape(-1, count) > DISTINCT, agreements, 0.0).max(axis=1)


def verifier_of(card: ModelCard, refine: str | None = None) -> Verifier | None:
    """Return what verifies the answers of a model, or None if its phase cannot be simulated.

    Parameters
    ----------
    card
        Card of the model.
    refine
        How answers are to be refined, if they are.

    Raises
    ------
    KerasStemError
        If the phase cannot be simulated and refinement is wanted, or there is no such refinement.
    """
    if refine is not None and refine not in REFINEMENTS:
        raise KerasStemError(f"Expected a refinement out of {', '.join(REFINEMENTS)}, found {refine!r}.")
    phase = card.load_phase()
    try:
        comparison = PatternComparison(phase, card.instrument)
    except KerasStemError:
        if refine:
            raise
        return None
    return Verifier(comparison, proper_point_group(phase))


def verify(
    card: ModelCard,
    source: PatternSource,
    positions: np.ndarray,
    predictions: Predictions,
    refine: str | None = None,
    verbose: bool = False,
) -> VerifiedAnswers | None:
    """Verify the answers of a model for positions of a source, block by block.

    Parameters
    ----------
    card
        Card of the model.
    source
        Where to read.
    positions
        Shape (n,), ascending.
    predictions
        What the model says of them.
    refine
        As `Verifier.verify` takes it.
    verbose
        Whether to show progress.

    Returns
    -------
    VerifiedAnswers
        None if the phase cannot be simulated.

    Raises
    ------
    KerasStemError
        As `verifier_of` raises it.
    """
    verifier = verifier_of(card, refine)
    if verifier is None:
        return None
    blocks = read_blocks(source, positions, "Refining" if refine else "Verifying", verbose)
    return VerifiedAnswers.joined(
        [verifier.verify(patterns, predictions[block], refine) for block, patterns in blocks]
    )


def _candidates(predictions: Predictions, refine: str | None) -> np.ndarray:
    """Return what the model holds possible, (n, k, 3, 3), lab to crystal; its answer is the first."""
    answers = predictions.euler[:, None]
    if predictions.runners_up is not None:
        others = predictions.runners_up
        answers = np.concatenate([answers, others if refine == "thorough" else others[:, :1]], axis=1)
    matrices = matrices_of_euler(answers)
    if refine != "thorough":
        return matrices
    return np.concatenate([matrices, matrices @ PATTERN_MATE.to_matrix()[0]], axis=1)
