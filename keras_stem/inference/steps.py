"""All steps from a block of patterns to a table of answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import Predictions, predict_block
from keras_stem.inference.reindexing import Reindexer
from keras_stem.inference.uncertainty import Calibration, evidence, reliability
from keras_stem.inference.verification import VerifiedAnswers, verifier_of
from keras_stem.models.card import ModelCard
from keras_stem.models.orientation_model import OrientationModel


@dataclass(frozen=True)
class Answers:
    """Orientations of n patterns, and what is known of them.

    Parameters
    ----------
    euler
        Bunge Euler angles, shape (n, 3), radians; they may lie a little outside the usual ranges.
    properties
        Shapes (n,), as far as the model can tell: "uncertainty" and "uncertainty_95" (the error is below
        them with 68 and 95 %, degrees), "reliability" (0 to 100), "agreement" (with a simulation, up to
        100) and "out_of_distribution" (1 where the pattern is unlike those of the training).
    """

    euler: np.ndarray
    properties: dict[str, np.ndarray]

    @classmethod
    def joined(cls, parts: Sequence["Answers"]) -> "Answers":
        """Return the answers of several blocks as one."""
        names = parts[0].properties
        properties = {name: np.concatenate([part.properties[name] for part in parts]) for name in names}
        return cls(np.concatenate([part.euler for part in parts]), properties)


class InferenceSteps:
    """Predict, verify by simulation, refine, look again, and say how sure the answers are.

    Parameters
    ----------
    model
        The model.
    refine
        None, "quick" or "thorough", as `keras_stem.inference.verification.Verifier.verify` takes it;
        "thorough" also re-indexes patterns of low agreement from all candidates.

    Raises
    ------
    KerasStemError
        If refinement is wanted and the phase cannot be simulated, or there is no such refinement.
    """

    def __init__(self, model: OrientationModel, refine: str | None = None):
        self._model = model
        self._refine = refine
        self._verifier = verifier_of(model.card, refine)
        again = refine == "thorough" and self._verifier is not None
        self._reindexer = Reindexer(model, self._verifier) if again else None

    def __call__(self, patterns: np.ndarray) -> Answers:
        """Return the answers for patterns, shape (n, H, W), counts."""
        predictions, verified = predict_block(self._model, patterns), None
        if self._verifier is not None:
            verified = self._verifier.verify(patterns, predictions, self._refine)
        if self._reindexer is not None:
            verified = self._reindexer.reindex(patterns, verified)
        euler = predictions.euler if verified is None else verified.euler
        return Answers(euler, known_of(self._model.card, predictions, verified, self._refine is not None))


def known_of(
    card: ModelCard, predictions: Predictions, verified: VerifiedAnswers | None, refined: bool
) -> dict[str, np.ndarray]:
    """Return what is known of answers, as `Answers` has it.

    Parameters
    ----------
    card
        Card of the model.
    predictions, verified
        What the model says of n patterns, and how well it agrees with simulations.
    refined
        Whether the answers were refined.
    """
    found = _uncertainty(card, predictions, verified, refined)
    if verified is not None:
        found["agreement"] = verified.agreement
    novelty = novelty_of(card, refined)
    if novelty is not None and novelty.tells:
        found["out_of_distribution"] = novelty.out_of_distribution(predictions, verified).astype(np.uint8)
    return found


def novelty_of(card: ModelCard, refined: bool) -> NoveltyThresholds | None:
    """Return the novelty thresholds of a model's answers, as it gives them or refined; None if unknown."""
    known = card.refined_novelty if refined else card.novelty
    return None if known is None else NoveltyThresholds(**known)


def _uncertainty(
    card: ModelCard, predictions: Predictions, verified: VerifiedAnswers | None, refined: bool
) -> dict[str, np.ndarray]:
    known = evidence(predictions, verified)
    calibration = card.refined_calibration if refined else card.calibration
    if known is None or calibration is None:
        return {}
    bound_68, bound_95 = Calibration(**calibration).bounds(known)
    return {"uncertainty": bound_68, "uncertainty_95": bound_95, "reliability": reliability(bound_68)}
