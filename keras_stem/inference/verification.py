"""Verification of predicted orientations against simulated patterns, and their refinement."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from orix.quaternion.symmetry import Symmetry

from keras_stem.choices import REFINEMENTS
from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.euler import fundamental_euler
from keras_stem.crystal.rotations import from_matrices, matrices_of_euler
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.heads.votes import DISTINCT
from keras_stem.indexing.refinement import PatternComparison
from keras_stem.inference.blocks import map_blocks
from keras_stem.inference.predictions import Predictions
from keras_stem.models.card import ModelCard
from keras_stem.pipeline.source import PatternSource

MOST = 24
"""Largest number of candidates per pattern that are refined: those of the best initial agreement."""


@dataclass(frozen=True)
class VerifiedAnswers:
    """Orientations and their agreement with the patterns.

    Parameters
    ----------
    euler
        Bunge Euler angles in radians, shape (n, 3): predicted, or refined.
    agreement
        Agreement of pattern and simulation, up to 100, shape (n,).
    runner_up_agreement
        Agreement of the best distinct alternative orientation, shape (n,); 0 if all candidates coincide with
        the best one. None if the model has only one candidate per pattern.
    """

    euler: np.ndarray
    agreement: np.ndarray
    runner_up_agreement: np.ndarray | None

    @classmethod
    def joined(cls, parts: Sequence["VerifiedAnswers"]) -> "VerifiedAnswers":
        """Concatenate the results of several blocks."""
        lone = parts[0].runner_up_agreement is None
        return cls(
            np.concatenate([part.euler for part in parts]),
            np.concatenate([part.agreement for part in parts]),
            None if lone else np.concatenate([part.runner_up_agreement for part in parts]),
        )


class Verifier:
    """Comparison of patterns with simulations of their predicted orientations.

    Parameters
    ----------
    comparison
        Comparison of patterns with simulated patterns.
    symmetry
        Proper point group.
    """

    def __init__(self, comparison: PatternComparison, symmetry: Symmetry):
        self._comparison = comparison
        self._symmetry = symmetry

    def verify(
        self, patterns: np.ndarray, predictions: Predictions, refine: str | None = None
    ) -> VerifiedAnswers:
        """Compare patterns with simulations, and optionally refine the orientations.

        Parameters
        ----------
        patterns
            Patterns in counts, shape (n, H, W).
        predictions
            Predictions for the patterns.
        refine
            "quick": the prediction and its runner-up are refined to maximal agreement, and the better one is
            returned. "thorough": likewise for all candidates, and for each rotated by 180 degrees about the
            beam. None: the predictions are not refined.
        """
        candidates = _candidates(predictions, refine)
        if refine:
            candidates = self._refined(patterns, candidates)
        agreements = self._comparison.agreement(patterns, candidates)
        best = agreements.argmax(axis=1) if refine else np.zeros(len(patterns), int)
        rows = np.arange(len(best))
        answers = candidates[rows, best]
        euler = fundamental_euler(answers, self._symmetry)[0] if refine else predictions.euler
        others = self._runner_up_agreement(candidates, agreements, answers)
        return VerifiedAnswers(
            euler, agreements[rows, best], None if predictions.runners_up is None else others
        )

    def _refined(self, patterns: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """Return the candidates, or the best `MOST` of them, refined to maximal agreement."""
        if candidates.shape[1] > MOST:
            order = np.argsort(-self._comparison.agreement(patterns, candidates), axis=1)[:, :MOST]
            candidates = np.take_along_axis(candidates, order[..., None, None], axis=1)
        return self._comparison.refine(patterns, candidates)

    def _runner_up_agreement(
        self, candidates: np.ndarray, agreements: np.ndarray, answers: np.ndarray
    ) -> np.ndarray:
        """Return the best agreement of candidates that are distinct from the answers, or 0."""
        count = candidates.shape[1]
        repeated = from_matrices(np.repeat(answers, count, axis=0))
        apart = disorientation(from_matrices(candidates.reshape(-1, 3, 3)), repeated, self._symmetry)
        return np.where(apart.reshape(-1, count) > DISTINCT, agreements, 0.0).max(axis=1)


def verifier_of(card: ModelCard, refine: str | None = None) -> Verifier | None:
    """Return the verifier of a model, or None if its phase cannot be simulated.

    Parameters
    ----------
    card
        Model card.
    refine
        Refinement, as for `Verifier.verify`; None disables it.

    Raises
    ------
    KerasStemError
        If refinement is requested and the phase cannot be simulated, or the refinement is unknown.
    """
    if refine is not None and refine not in REFINEMENTS:
        raise KerasStemError(
            f"Expected the refinement to be one of {', '.join(REFINEMENTS)}, found {refine!r}."
        )
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
    """Verify the predictions of a model for positions of a source, block by block.

    Parameters
    ----------
    card
        Model card.
    source
        Source from which the patterns are read.
    positions
        Positions in the source, ascending, shape (n,).
    predictions
        Predictions for the positions.
    refine
        Refinement, as for `Verifier.verify`; None disables it.
    verbose
        Whether to show progress.

    Returns
    -------
    VerifiedAnswers
        Verified orientations; None if the phase cannot be simulated.

    Raises
    ------
    KerasStemError
        Under the same conditions as in `verifier_of`.
    """
    verifier = verifier_of(card, refine)
    if verifier is None:
        return None

    def step(block: slice, patterns: np.ndarray) -> VerifiedAnswers:
        return verifier.verify(patterns, predictions[block], refine)

    what = "Refining" if refine else "Verifying"
    return VerifiedAnswers.joined(map_blocks(step, source, positions, what, verbose))


def _candidates(predictions: Predictions, refine: str | None) -> np.ndarray:
    """Return the candidates of the model, (n, k, 3, 3), lab to crystal; its prediction is the first."""
    answers = predictions.euler[:, None]
    if predictions.runners_up is not None:
        others = predictions.runners_up
        answers = np.concatenate([answers, others if refine == "thorough" else others[:, :1]], axis=1)
    matrices = matrices_of_euler(answers)
    if refine != "thorough":
        return matrices
    return np.concatenate([matrices, matrices @ BEAM_TWOFOLD.to_matrix()[0]], axis=1)
