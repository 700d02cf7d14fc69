"""Inference pipeline from a block of patterns to a table of results."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_stem.inference.novelty import NoveltyThresholds
from keras_stem.inference.predictions import Predictions, predict_block
from keras_stem.inference.reindexing import Reindexer
from keras_stem.inference.uncertainty import UncertaintyCalibration, evidence, reliability
from keras_stem.inference.verification import VerifiedAnswers, verifier_of
from keras_stem.models.card import ModelCard
from keras_stem.models.orientation_model import OrientationModel


@dataclass(frozen=True)
class Answers:
    """Orientations of n patterns and their properties.

    Parameters
    ----------
    euler
        Bunge Euler angles in radians, shape (n, 3); they may lie slightly outside the fundamental ranges.
    properties
        Arrays of shape (n,) that the model provides: "uncertainty" and "uncertainty_95" (68 and 95 % bounds
        of the error, degrees), "reliability" (0 to 100), "agreement" (with a simulation, up to 100) and
        "out_of_distribution" (1 for patterns outside the training distribution).
    """

    euler: np.ndarray
    properties: dict[str, np.ndarray]

    @classmethod
    def joined(cls, parts: Sequence["Answers"]) -> "Answers":
        """Concatenate the results of several blocks."""
        names = parts[0].properties
        properties = {name: np.concatenate([part.properties[name] for part in parts]) for name in names}
        return cls(np.concatenate([part.euler for part in parts]), properties)


class InferenceSteps:
    """Inference pipeline: prediction, verification by simulation, refinement, re-indexing and uncertainty.

    Parameters
    ----------
    model
        Orientation model.
    refine
        Refinement: None, "quick" or "thorough", as for `keras_stem.inference.verification.Verifier.verify`;
        "thorough" also re-indexes patterns of low agreement from all candidates.

    Raises
    ------
    KerasStemError
        If refinement is requested and the phase cannot be simulated, or the refinement is unknown.
    """

    def __init__(self, model: OrientationModel, refine: str | None = None):
        self._model = model
        self._refine = refine
        self._verifier = verifier_of(model.card, refine)
        thorough = refine == "thorough"
        self._reindexer = Reindexer(model, self._verifier) if thorough and self._verifier else None

    def __call__(self, patterns: np.ndarray) -> Answers:
        """Return the results for patterns in counts, shape (n, H, W)."""
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
    """Return the properties of results, as described in `Answers`.

    Parameters
    ----------
    card
        Model card.
    predictions, verified
        Predictions for n patterns, and their verification against simulations.
    refined
        Whether the orientations were refined.
    """
    found = _uncertainty(card, predictions, verified, refined)
    if verified is not None:
        found["agreement"] = verified.agreement
    novelty = novelty_of(card, refined)
    if novelty is not None and novelty.tells:
        found["out_of_distribution"] = novelty.out_of_distribution(predictions, verified).astype(np.uint8)
    return found


def novelty_of(card: ModelCard, refined: bool) -> NoveltyThresholds | None:
    """Return the novelty thresholds of a model, for predicted or refined orientations; None if unknown."""
    known = card.refined_novelty if refined else card.novelty
    return None if known is None else NoveltyThresholds(**known)


def _uncertainty(
    card: ModelCard, predictions: Predictions, verified: VerifiedAnswers | None, refined: bool
) -> dict[str, np.ndarray]:
    known = evidence(predictions, verified)
    calibration = card.refined_calibration if refined else card.calibration
    if known is None or calibration is None:
        return {}
    bound_68, bound_95 = UncertaintyCalibration(**calibration).bounds(known)
    return {"uncertainty": bound_68, "uncertainty_95": bound_95, "reliability": reliability(bound_68)}
