"""Re-indexing of patterns whose best orientation has unusually low agreement, from all candidates."""

import numpy as np

from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import predict_block
from keras_stem.inference.verification import VerifiedAnswers, Verifier
from keras_stem.models.orientation_model import OrientationModel


class Reindexer:
    """Re-indexing of patterns from all candidates of a network with several candidates per pattern.

    All candidates, and each rotated by 180 degrees about the beam, are compared with the pattern; the best
    are refined. If the network is uncertain about a pattern, the correct orientation is often among the
    candidates of small weight.

    Parameters
    ----------
    model
        Orientation model. If it has a single candidate per pattern, or its card gives no common agreement,
        no pattern is re-indexed.
    verifier
        Verifier that compares patterns with simulations.
    """

    def __init__(self, model: OrientationModel, verifier: Verifier):
        known = model.card.refined_novelty
        self._common = None if known is None else NoveltyThresholds(**known).common_agreement
        self._model = model.with_all_candidates() if model.several_candidates else None
        self._verifier = verifier

    def reindex(self, patterns: np.ndarray, verified: VerifiedAnswers) -> VerifiedAnswers:
        """Return the refined orientations, replaced by other candidates where these agree better.

        Parameters
        ----------
        patterns
            Patterns in counts, shape (n, H, W).
        verified
            Refined orientations of the patterns.
        """
        if self._model is None or self._common is None:
            return verified
        doubtful = np.flatnonzero(verified.agreement < self._common)
        if not len(doubtful):
            return verified
        chosen = patterns[doubtful]
        again = self._verifier.verify(chosen, predict_block(self._model, chosen), "thorough")
        return _better(verified, again, doubtful)


def _better(verified: VerifiedAnswers, again: VerifiedAnswers, where: np.ndarray) -> VerifiedAnswers:
    """Return the first results, replaced at the indices ``where`` by the second if those agree better."""
    better = again.agreement > verified.agreement[where]

    def replaced(values: np.ndarray | None, others: np.ndarray | None) -> np.ndarray:
        found = np.array(values)
        found[where[better]] = np.array(others)[better]
        return found

    return VerifiedAnswers(
        replaced(verified.euler, again.euler),
        replaced(verified.agreement, again.agreement),
        replaced(verified.runner_up_agreement, again.runner_up_agreement),
    )
