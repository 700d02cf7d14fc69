"""Re-indexing of patterns whose best orientation has unusually low agreement, from all candidates."""

import numpy as np

from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import predict_block
from keras_stem.inference.verification import VerifiedAnswers, Verifier
from keras_stem.models.orientation_model import OrientationModel


class Reindexer:
    """Re-indexes patterns from all hypotheses of a network that has several.

    All candidates, and each rotated by 180 degrees about the beam, are compared with the pattern; the best
    are refined. A network that knows little of a pattern often has the right orientation among candidates of
    small weight.

    Parameters
    ----------
    model
        The model. One without several candidates, or whose usual agreement is unknown, re-indexes nothing.
    verifier
        Verifies its answers.
    """

    def __init__(self, model: OrientationModel, verifier: Verifier):
        known = model.card.refined_novelty
        self._common = None if known is None else NoveltyThresholds(**known).common_agreement
        self._model = model.with_all_candidates() if model.several_candidates else None
        self._verifier = verifier

    def reindex(self, patterns: np.ndarray, verified: VerifiedAnswers) -> VerifiedAnswers:
        """Return refined answers, replaced by those of other candidates where these agree better.

        Parameters
        ----------
        patterns
            Shape (n, H, W), counts.
        verified
            The refined answers for them.
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
    """Return the first answers, replaced by the second ones ``where`` those agree better."""
    better = again.agreement > verified.agreement[where]
    found = [verified.euler.copy(), verified.agreement.copy(), verified.runner_up_agreement.copy()]
    for values, others in zip(found, (again.euler, again.agreement, again.runner_up_agreement), strict=True):
        values[where[better]] = others[better]
    return VerifiedAnswers(*found)
